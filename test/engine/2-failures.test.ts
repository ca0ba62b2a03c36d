import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { configFlag } from "../../scripts/lib/pulumi/run.ts";
import { openWorkspace, plan, stackExists, up } from "../../scripts/lib/pulumi/index.ts";
import { kubectl } from "./kubectl.ts";
import { programFolder, TestStack } from "./test-stack.ts";

const name = "engine-failures";
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.make(name, programFolder("app"));
  await stack.set({ kubeconfig: inject("kubeconfig") });
  await stack.set({ password: "not of interest" }, { secret: true });
});
afterAll(() => stack.remove());

const find = async (ending: string) => (await stack.resources()).find(({ urn }) => urn.endsWith(ending));

describe("an object that does not get ready", () => {
  test("fails the update, says what it lacks, and stays in the state", async () => {
    await stack.set({ hopeless: "2s" });
    const failed = await stack.run("up", "--yes", "--skip-preview");
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain(`timed out waiting for Pod ${name}/hopeless: phase Pending`);
    expect((await find("Pod::hopeless"))?.initErrors).toHaveLength(1);
  });

  test("is updated by the next run, not made a second time", async () => {
    expect(await stack.planned()).toEqual(["update hopeless"]);
    await stack.set({ hopeless: "" });
    await stack.up();
    expect(await find("Pod::hopeless")).toBeUndefined();
  });
});

describe("an object that exists already", () => {
  test("is refused rather than taken over", async () => {
    await kubectl("create", "configmap", "already-there", "--namespace", "default");
    await stack.set({ collide: "true" });
    const refused = await stack.run("up", "--yes", "--skip-preview");
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain("ConfigMap default/already-there already exists");
    await stack.set({ collide: "false" });
    await stack.up();
  });
});

describe("an update that is killed while it makes an object", () => {
  test("leaves a lock that keeps others out", async () => {
    await stack.set({ hopeless: "10m" });
    await killedWhile(/hopeless creating/);
    const locked = await stack.run("up", "--yes", "--skip-preview");
    expect(locked.stderr).toContain("currently locked");
  });

  test("is completed by the next run of the kit", async () => {
    await stack.set({ hopeless: "" });
    await up(stack.workspace);
    expect(await kubectl("get", "pod/hopeless", "-n", name, "--ignore-not-found", "-o", "name")).toBe("");
    expect(await stack.planned()).toEqual([]);
  });

  async function killedWhile(line: RegExp): Promise<void> {
    const { pulumi, project, env } = stack.workspace;
    const args = ["up", "--yes", "--skip-preview", "--stack", name, ...configFlag(stack.workspace)];
    const child = spawn(pulumi, args, { cwd: project, env, stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "exit");
    let said = "";
    child.stdout.on("data", (output: Buffer) => (said += output.toString()));
    await vi.waitUntil(() => line.test(said), { timeout: 120_000 });
    const made = () => kubectl("get", "pod/hopeless", "-n", name, "--ignore-not-found", "-o", "name");
    await expect.poll(made, { timeout: 60_000 }).toContain("hopeless");
    child.kill("SIGKILL");
    await ended;
  }
});

describe("the error for people", () => {
  test("of a wrong passphrase names the key, not the stack trace", async () => {
    const { project, configFile, stateFolder } = stack.workspace;
    const workspace = await openWorkspace(name, {
      project,
      configFile,
      stateFolder,
      home: stack.workspace.env["PULUMI_HOME"],
      passphraseFile: "/dev/null",
    });
    await expect(plan(workspace)).rejects.toMatchObject({ exit: "keyUnavailable" });
  });

  test("of a stack that does not exist says how to make it", async () => {
    const elsewhere = { ...stack.workspace, stack: "nowhere" };
    await expect(plan(elsewhere)).rejects.toMatchObject({
      exit: "stackNotFound",
      next: "./kit init --stack nowhere",
    });
  });
});

test("a backend that cannot be reached is not taken for one without the stack", async () => {
  const env = { ...stack.workspace.env, PULUMI_BACKEND_URL: "file:///nowhere/at/all" };
  await expect(stackExists({ ...stack.workspace, env })).rejects.toThrow("pulumi stack export");
  expect(await stackExists({ ...stack.workspace, stack: "nowhere" })).toBe(false);
});

test("destroy leaves nothing", async () => {
  await stack.destroy();
  expect(await stack.resources()).toEqual([]);
});
