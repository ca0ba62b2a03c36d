// The product without the kit: a checkout of one's own, the state in a bucket, and nothing but pulumi commands.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { $ } from "zx";
import { root } from "../../scripts/lib/paths.ts";
import { findPlugins, linkPlugins } from "../../scripts/lib/pulumi/plugins.ts";
import { tool } from "../../scripts/lib/tools/index.ts";
import { type Bucket, startBucket } from "./bucket.ts";
import { kubectl } from "./kubectl.ts";
import { pretendNode, type PretendNode } from "./pretend-node.ts";
import { productSettings, type ProductSettings } from "./product-settings.ts";
import { formsOf } from "./test-stack.ts";

const name = "engine-plain";
let folder: string;
let checkout: string;
let environment: NodeJS.ProcessEnv;
let settings: ProductSettings;
let bucket: Bucket;
let node: PretendNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plain-"));
  checkout = join(folder, "checkout");
  await checkOut();
  const target = { kind: "kubernetes", kubeconfig: inject("kubeconfig"), context: "control-plane" } as const;
  settings = await productSettings(name, folder, target);
  bucket = await startBucket("state");
  environment = await ownEnvironment();
  node = await pretendNode(inject("kubeconfig"), [`${name}-server`, `${name}-database`]);
});
afterAll(async () => {
  await node.stop();
  await bucket.stop();
  await rm(folder, { recursive: true, force: true });
});

async function checkOut(): Promise<void> {
  await mkdir(checkout);
  for (const part of ["Pulumi.yaml", "package.json", "infra", "charts"]) {
    await cp(join(root, part), join(checkout, part), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
}

/** What a user has: the tools on PATH, the plugins in the Pulumi folder, a backend and a passphrase. */
async function ownEnvironment(): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "pulumi");
  const passphrase = join(folder, "passphrase");
  const pulumi = await tool("pulumi");
  await writeFile(passphrase, "a passphrase of one's own", { mode: 0o600 });
  await linkPlugins(home, await findPlugins(pulumi));
  const tools = [process.execPath, pulumi, await tool("helm")].map((path) => dirname(path));
  return {
    HOME: folder,
    PATH: [...tools, "/usr/bin", "/bin"].join(":"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: bucket.backend,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...bucket.environment,
  };
}

async function pulumi(input: string, ...args: string[]): Promise<string> {
  const run = $({ quiet: true, nothrow: true, input, cwd: checkout, env: environment });
  const { exitCode, stdout, stderr } = await run`pulumi ${args} --non-interactive`;
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${stdout}\n${stderr}`);
  return stdout;
}

test("a stack is made and configured", async () => {
  await pulumi("", "stack", "init", name, "--secrets-provider", "passphrase");
  for (const [key, value] of Object.entries({ ...settings.plain, protection: "false" })) {
    await pulumi("", "config", "set", key, typeof value === "string" ? value : JSON.stringify(value));
  }
  for (const [key, value] of Object.entries(settings.secret)) {
    await pulumi(JSON.stringify(value), "config", "set", "--secret", key);
  }
});

test("pulumi up brings it up, and a second one has nothing to do", async () => {
  await pulumi("", "up", "--yes", "--skip-preview");
  await kubectl("rollout", "status", "deployment/server", "--namespace", `${name}-server`);
  await pulumi("", "preview", "--expect-no-changes");
});

test("the outputs say where clients connect, and hold nothing secret", async () => {
  const outputs = JSON.parse(await pulumi("", "stack", "output", "--json")) as object;
  expect(outputs).toMatchObject({
    url: "https://localhost:30443",
    namespaces: { server: `${name}-server`, database: `${name}-database` },
  });
});

test("no secret lies in plain in state or stack file", async () => {
  const state = await pulumi("", "stack", "export");
  const written = state + (await readFile(join(checkout, `Pulumi.${name}.yaml`), "utf8"));
  for (const form of settings.hidden.flatMap(formsOf)) expect(written.includes(form)).toBe(false);
});

test("pulumi destroy removes it", async () => {
  await pulumi("", "destroy", "--yes");
  expect(await kubectl("get", "namespaces", "--output", "name")).not.toContain(name);
});
