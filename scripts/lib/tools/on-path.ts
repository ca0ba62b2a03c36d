import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { executableOf, filesOf, type ToolEntry } from "./lock.ts";
import { run } from "./run.ts";
import { fits, versionIn } from "./versions.ts";

/** A tool of the machine itself. */
export interface OnPath {
  readonly path: string;
  readonly version: string;
}

/** The tool on PATH, if its version fits and everything that belongs to it lies beside it. */
export async function findOnPath(name: string, entry: ToolEntry, path: string): Promise<OnPath | undefined> {
  if (entry.onPath === undefined) return undefined;
  const found = await which(executableOf(name, entry), path);
  if (found === undefined) return undefined;
  for (const file of filesOf(name, entry)) {
    if (!(await isExecutable(join(dirname(found), file)))) return undefined;
  }
  const said = await run(found, entry.onPath.arguments).catch(() => undefined);
  const version = said?.exitCode === 0 ? versionIn(`${said.stdout}\n${said.stderr}`) : undefined;
  return version !== undefined && fits(version, entry.onPath.from) ? { path: found, version } : undefined;
}

/** The first executable of that name in the directories of `path`. */
export async function which(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(":").filter(Boolean)) {
    if (await isExecutable(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
