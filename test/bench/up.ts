import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeconfigPath } from "../../scripts/lib/local/index.ts";
import { demoStack } from "../../scripts/lib/demo/own.ts";
import {
  ensureStack,
  exportState,
  openWorkspace,
  setConfig,
  type Workspace,
} from "../../scripts/lib/pulumi/index.ts";
import { captureOk, configFlag } from "../../scripts/lib/pulumi/run.ts";
import { keepState } from "../../scripts/lib/stack/backend.ts";
import { type Comparison, median } from "./timing.ts";

const bareStack = "bench-bare";

/** `pulumi up` that changes nothing: the product's program against a bare one with as many resources. */
export async function benchUp(): Promise<readonly Comparison[]> {
  const product = await openWorkspace(demoStack);
  const resources = (await exportState(product)).deployment.resources ?? [];
  const objects = resources.filter(({ type }) => type.startsWith("kubernetes:")).length;
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const bare = await bareWorkspace(folder, objects);
  try {
    await up(bare);
    const kitMs = await median(5, () => up(product));
    const bareMs = await median(5, () => up(bare));
    const what = `pulumi up without changes, ${objects} objects`;
    return [{ what, kitMs, bareMs, bare: "a program of as many ConfigMaps" }];
  } finally {
    await captureOk(bare, ["destroy", "--yes", ...configFlag(bare)]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function bareWorkspace(folder: string, objects: number): Promise<Workspace> {
  const { passphraseFile } = await keepState(demoStack);
  const workspace = await openWorkspace(bareStack, {
    project: join(import.meta.dirname, "programs", "bare"),
    configFile: join(folder, `Pulumi.${bareStack}.yaml`),
    stateFolder: folder,
    home: join(folder, "home"),
    passphraseFile,
  });
  await ensureStack(workspace);
  await setConfig(workspace, { kubeconfig: kubeconfigPath, objects: String(objects) });
  return workspace;
}

const up = (workspace: Workspace): Promise<string> =>
  captureOk(workspace, ["up", "--yes", "--skip-preview", ...configFlag(workspace)]);
