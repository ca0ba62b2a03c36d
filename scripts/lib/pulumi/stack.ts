import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rename, rm, cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumiError } from "./failure.ts";
import { capture, captureOk, configFlag } from "./run.ts";
import type { Workspace } from "./workspace.ts";

/** True when the backend has the stack. Fails when the backend does not say. */
export async function stackExists(workspace: Workspace): Promise<boolean> {
  const args = ["stack", "export", "--file", "/dev/null"];
  const { exitCode, stdout, stderr } = await capture(workspace, args);
  if (exitCode === 0) return true;
  if (stderr.includes("no stack named")) return false;
  throw pulumiError(workspace, args, exitCode, `${stdout}\n${stderr}`);
}

/** Makes the stack if the backend does not have it; its secrets are encrypted by the passphrase. */
export async function ensureStack(workspace: Workspace): Promise<void> {
  if (await stackExists(workspace)) return;
  await aside(workspace, async (elsewhere) => {
    await captureOk(elsewhere, ["stack", "init", "--no-select", "--secrets-provider", "passphrase"]);
    if (!existsSync(workspace.configFile)) await move(elsewhere.configFile, workspace.configFile);
  });
}

/** `stack init` writes its file beside Pulumi.yaml and takes no other path, so it runs beside a copy. */
async function aside(workspace: Workspace, work: (elsewhere: Workspace) => Promise<void>): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), "stack-"));
  try {
    await copyFile(join(workspace.project, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
    await work({ ...workspace, project, configFile: join(project, `Pulumi.${workspace.stack}.yaml`) });
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

async function move(from: string, to: string): Promise<void> {
  const unfinished = `${to}.new`;
  await cp(from, unfinished);
  await rename(unfinished, to);
}

/** Writes settings. Plain objects stay readable in the stack file; secrets go by standard input. */
export async function setConfig(
  workspace: Workspace,
  settings: Readonly<Record<string, string | object>>,
  options: { readonly secret?: boolean } = {},
): Promise<void> {
  if (Object.keys(settings).length === 0) return;
  if (!options.secret) {
    const json = JSON.stringify(plainEntries(settings));
    await captureOk(workspace, ["config", "set-all", "--json", json, ...configFlag(workspace)]);
    return;
  }
  for (const [key, value] of Object.entries(settings)) {
    await captureOk(workspace, ["config", "set", "--secret", key, ...configFlag(workspace)], textOf(value));
  }
}

const textOf = (value: string | object): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The settings as `pulumi config set-all --json` takes them. */
function plainEntries(settings: Readonly<Record<string, string | object>>): object {
  const entries = Object.entries(settings).map(([key, value]) => {
    const entry = { value: textOf(value), secret: false };
    return [key, typeof value === "object" ? { ...entry, objectValue: value } : entry];
  });
  return Object.fromEntries(entries) as object;
}

/** A setting that is kept as JSON, decrypted where it is a secret. */
export async function readConfig<T>(workspace: Workspace, key: string): Promise<T> {
  return JSON.parse(await captureOk(workspace, ["config", "get", key, ...configFlag(workspace)])) as T;
}

/** The stack's outputs. Secret ones read "[secret]" unless asked for. */
export async function outputs(
  workspace: Workspace,
  options: { readonly showSecrets?: boolean } = {},
): Promise<Record<string, unknown>> {
  const show = options.showSecrets ? ["--show-secrets"] : [];
  return JSON.parse(await captureOk(workspace, ["stack", "output", "--json", ...show])) as Record<
    string,
    unknown
  >;
}

/** The state as Pulumi keeps it, secrets encrypted. */
export async function exportState(workspace: Workspace): Promise<ExportedState> {
  return JSON.parse(await captureOk(workspace, ["stack", "export"])) as ExportedState;
}

/** Lets go of everything that is locked against deletion, in the state alone: the program locks it again. */
export async function letGo(workspace: Workspace): Promise<void> {
  const state = await exportState(workspace);
  const resources = state.deployment.resources?.map((resource) => ({
    ...resource,
    protect: false,
    retainOnDelete: false,
  }));
  const freed = { ...state, deployment: { ...state.deployment, resources } };
  await captureOk(workspace, ["stack", "import"], JSON.stringify(freed));
}

export interface ExportedState {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
  };
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

/** Removes an empty stack from the backend, and its configuration file. */
export async function removeStack(workspace: Workspace): Promise<void> {
  await captureOk(workspace, ["stack", "rm", "--yes", "--preserve-config"]);
  await rm(workspace.configFile, { force: true });
}
