import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "../../scripts/lib/paths.ts";
import { plan } from "../../scripts/lib/pulumi/index.ts";
import { productSettings, type ProductSettings } from "./product-settings.ts";
import { formsOf, kubectl, programFolder, TestStack } from "./test-stack.ts";

const name = "engine-product";
let stack: TestStack;
let settings: ProductSettings;

beforeAll(async () => {
  stack = await TestStack.make(name, programFolder("product"));
  const folder = dirname(stack.workspace.configFile);
  const target = { kind: "kubernetes", kubeconfig: inject("kubeconfig"), context: "control-plane" } as const;
  settings = await productSettings(name, folder, target);
});
afterAll(() => stack.remove());

describe("a stack without settings", () => {
  test("is refused with all that is missing and the exit code for wrong settings", async () => {
    await expect(stack.plan()).rejects.toMatchObject({
      exit: "usage",
      why: expect.stringMatching(
        /target: is missing[\s\S]*keys: is missing[\s\S]*credentials: is missing/,
      ) as string,
    });
  });
});

describe("the product's program", () => {
  test("is refused with the key of each fault", async () => {
    await stack.set(settings.plain);
    for (const [key, value] of Object.entries(settings.secret))
      await stack.set({ [key]: value }, { secret: true });
    await stack.set({ server: { ...settings.plain["server"], replicas: 0, nonsense: true } });
    await expect(stack.plan()).rejects.toMatchObject({
      exit: "usage",
      why: expect.stringMatching(
        /server\.replicas: must be 1 or more[\s\S]*server\.nonsense: is not a setting/,
      ) as string,
    });
    await stack.set({ server: settings.plain["server"] ?? {} });
  });

  test("plans a whole stack before the cluster has any of it, as it stands in the checkout", async () => {
    const asItIs = { ...stack.workspace, project: root };
    const { steps } = await plan(asItIs);
    expect(steps.every(({ op }) => op === "create")).toBe(true);
    expect(steps.map(({ name }) => name)).toContain(`database:${name}-database/postgres`);
  });

  test("comes up", async () => {
    await stack.up();
    const objects = await kubectl("get", "deployments,statefulsets", "--all-namespaces", "--output", "name");
    expect(objects.split("\n")).toEqual(
      expect.arrayContaining(["deployment.apps/server", "deployment.apps/edge", "statefulset.apps/postgres"]),
    );
  });

  test("changes nothing the second time", async () => {
    expect(await stack.planned()).toEqual([]);
  });

  test("leaves no secret in state, stack file or plan", async () => {
    const { stdout } = await stack.run("preview", "--json", "--show-sames");
    const written = (await stack.stateText()) + stdout;
    const identity = /AGE-SECRET-KEY-\w+/.exec(
      await readFile(join(dirname(stack.workspace.configFile), "kek.txt"), "utf8"),
    );
    const hidden = [...settings.hidden, identity?.[0] ?? ""];
    for (const form of hidden.flatMap(formsOf)) expect(written.includes(form)).toBe(false);
  });

  test("updates settings in place; only the set-up job is another one", async () => {
    await stack.set({
      server: { ...settings.plain["server"], logLevel: "debug", replicas: 3 },
      backups: { ...settings.plain["backups"], schedule: { full: "0 3 * * 0", incremental: "15 * * * *" } },
    });
    const steps = await stack.planned();
    const updated = steps.filter((step) => step.startsWith("update "));
    expect(updated).toEqual(
      expect.arrayContaining([
        `update database:${name}-database/backup-full`,
        `update server:${name}-server/server`,
        `update server:${name}-server/server-settings`,
      ]),
    );
    expect(steps.filter((step) => !updated.includes(step) && !step.includes("server-init-"))).toEqual([]);
  });

  test("rolls the pods for a changed secret and replaces no Deployment", async () => {
    const serverSecret = "another-secret-of-at-least-32-characters";
    await stack.set({ credentials: { ...settings.secret.credentials, serverSecret } }, { secret: true });
    const steps = await stack.planned();
    expect(steps).toContain("update server-server-config");
    expect(steps.some((step) => step.startsWith("update server:") && step.endsWith("/server"))).toBe(true);
    expect(steps.filter((step) => /replace|delete/.test(step) && !step.includes("server-init-"))).toEqual([]);
    await stack.up();
  });

  test("keeps what holds data when it is asked to destroy, until that is let go", async () => {
    const refused = await stack.run("destroy", "--yes");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/protect/);
    await kubectl("get", "deployment/server", "--namespace", `${name}-server`);
    await stack.set({ protection: "false" });
    await stack.up();
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
  });
});
