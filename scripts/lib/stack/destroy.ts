import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Settings } from "../../../infra/settings/schema.ts";
import type { Cluster } from "../backups/cluster.ts";
import { createBackup } from "../backups/create.ts";
import { formatBytes } from "../backups/format.ts";
import { databaseAnswers } from "../backups/inspect.ts";
import { kubectlCommand } from "../backups/kubectl.ts";
import { KitError } from "../errors.ts";
import { pulumiAsTyped, type ExportedState, type TypedStack } from "../pulumi/index.ts";
import type { Phase } from "../say.ts";

/** What will go when a stack is destroyed, for people. */
export function lossText(stack: string, cluster: Cluster, settings: Settings, resources: number): string {
  return [
    `Destroying stack ${stack} removes ${resources} resources, without a way back:`,
    `  namespace ${cluster.serverNamespace}: the server at ${settings.server.url}`,
    `  namespace ${cluster.databaseNamespace}: PostgreSQL, with`,
    `    volume data-postgres-0 (${settings.database.storage}): the database`,
    `    volume repository (${settings.backups.repository.size}): all backups, with the wrapped data key`,
    "The settings, your KEK and your escrow identities stay.",
  ].join("\n");
}

/** Why a stack may not be destroyed yet: what holds data is locked. Undefined when it is not. */
export function protectionRefusal(
  workspace: TypedStack,
  settings: Pick<Settings, "protection">,
  state: ExportedState,
): KitError | undefined {
  const { stack } = workspace;
  const locked = (state.deployment.resources ?? []).filter(({ protect }) => protect === true);
  if (locked.length === 0) return undefined;
  const unlock = `${pulumiAsTyped(workspace, "config set protection false")} && `;
  const names = locked.map(({ urn }) => urn.split("::").at(-1) ?? urn);
  return new KitError("usage", `stack ${stack} is protected`, {
    why: `${names.join(", ")} hold data and are locked against deletion`,
    next: `${settings.protection ? unlock : ""}./kit up --stack ${stack} && ./kit destroy --stack ${stack}`,
  });
}

/** Makes a last backup and copies the repository, encrypted as it is, into a file outside the cluster. */
export async function takeLastBackup(cluster: Cluster, file: string, phase: Phase): Promise<void> {
  const earlier = await newestIn(dirname(file), cluster.stack);
  if (!(await databaseAnswers(cluster)))
    throw noLastBackup(cluster.stack, "the database does not answer", earlier);
  const made = await createBackup(cluster, "incr", phase);
  phase.waitingFor("the copy of the repository");
  const bytes = await copyRepository(cluster, file);
  phase.note(`${file}: ${formatBytes(bytes)}, newest backup ${made.label}`);
}

async function copyRepository(cluster: Cluster, file: string): Promise<number> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.unfinished`;
  const output = await open(unfinished, "w", 0o600);
  try {
    const [program = "", ...args] = await kubectlCommand(cluster, [
      ...["exec", "postgres-0", "-n", cluster.databaseNamespace, "-c", "postgres", "--"],
      "/opt/kit/bin/copy-repository",
    ]);
    const copying = spawn(program, args, { stdio: ["ignore", output.fd, "pipe"] });
    let told = "";
    copying.stderr?.on("data", (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(copying, "close")) as [number | null];
    if (code !== 0) throw noLastBackup(cluster.stack, `the repository cannot be copied: ${told.trim()}`);
    await output.sync();
    const { size } = await output.stat();
    await rename(unfinished, file);
    return size;
  } finally {
    await output.close();
    await rm(unfinished, { force: true });
  }
}

/** A destruction that was cut off has taken its last backup, and perhaps removed the database since. */
function noLastBackup(stack: string, why: string, earlier?: string): KitError {
  const other = earlier === undefined ? "" : `; the one of an earlier run is ${earlier}`;
  return new KitError("failed", "no last backup can be taken, so this run destroyed nothing", {
    why: `${why}${other}; --without-backup destroys it without one`,
    next:
      earlier === undefined
        ? `./kit status --stack ${stack}`
        : `./kit destroy --without-backup --stack ${stack}, where that one is enough`,
  });
}

/** The newest last backup of a stack in a folder. */
export async function newestIn(folder: string, stack: string): Promise<string | undefined> {
  const files = await readdir(folder).catch(() => []);
  const name = files
    .filter((file) => file.startsWith(`${stack}-`) && /^\d{4}-.*Z\.tar$/.test(file.slice(stack.length + 1)))
    .sort()
    .at(-1);
  return name === undefined ? undefined : join(folder, name);
}
