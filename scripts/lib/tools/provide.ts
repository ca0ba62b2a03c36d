import { existsSync } from "node:fs";
import { join } from "node:path";
import { KitError } from "../errors.ts";
import { folderName } from "./identity.ts";
import { install } from "./install.ts";
import { executableOf, filesOf, type ToolEntry } from "./lock.ts";
import { findOnPath } from "./on-path.ts";
import type { Toolbox } from "./toolbox.ts";
import { Unavailable } from "./unavailable.ts";
import { makeTool } from "./ways.ts";

/** The path of a tool's executable, from the first place that has it; it is installed first if none has. */
export async function provide(name: string, toolbox: Toolbox): Promise<string> {
  const entry = entryOf(name, toolbox);
  const ready = await findTool(name, entry, toolbox);
  if (ready !== undefined) return ready.path;
  try {
    return await installTool(name, entry, toolbox);
  } catch (error) {
    throw error instanceof Unavailable ? nowhere(name, entry, error) : error;
  }
}

/** Where a tool that needs no installing is. */
export interface ReadyTool {
  readonly path: string;
  readonly version: string;
  readonly place: "PATH" | "bundle" | "cache";
  /** The folder of an installed tool. */
  readonly home: string | undefined;
}

/** The tool on PATH, in an opened bundle or in the cache; for a part of another tool, that one's place. */
export async function findTool(
  name: string,
  entry: ToolEntry,
  toolbox: Toolbox,
): Promise<ReadyTool | undefined> {
  const onPath = await findOnPath(name, entry, toolbox.path);
  if (onPath !== undefined) return { ...onPath, place: "PATH", home: undefined };
  const folder = await folderName(name, entry, toolbox);
  for (const place of ["bundle", "cache"] as const) {
    const home = join(toolbox[place], folder);
    if (!existsSync(home)) continue;
    return { path: join(home, "bin", executableOf(name, entry)), version: entry.version, place, home };
  }
  return partOfAnother(name, entry, toolbox);
}

async function partOfAnother(
  name: string,
  entry: ToolEntry,
  toolbox: Toolbox,
): Promise<ReadyTool | undefined> {
  if (!entry.build || !("partOf" in entry.build)) return undefined;
  const whole = entry.build.partOf;
  const ready = await findTool(whole, entryOf(whole, toolbox), toolbox);
  return ready?.home === undefined
    ? undefined
    : { ...ready, path: join(ready.home, "bin", executableOf(name, entry)) };
}

async function installTool(name: string, entry: ToolEntry, toolbox: Toolbox): Promise<string> {
  const executable = executableOf(name, entry);
  const whole = entry.build && "partOf" in entry.build ? entry.build.partOf : undefined;
  try {
    return join(await installItself(name, entry, toolbox), "bin", executable);
  } catch (error) {
    if (whole === undefined || !(error instanceof Unavailable)) throw error;
    return join(await installItself(whole, entryOf(whole, toolbox), toolbox), "bin", executable);
  }
}

async function installItself(name: string, entry: ToolEntry, toolbox: Toolbox): Promise<string> {
  const plan = {
    name,
    version: entry.version,
    folder: await folderName(name, entry, toolbox),
    files: filesOf(name, entry),
    links: entry.links,
    make: (unfinished: string) => makeTool(name, entry, unfinished, toolbox),
  };
  return install(plan, toolbox);
}

function entryOf(name: string, { lock }: Toolbox): ToolEntry {
  const entry = lock[name];
  if (entry !== undefined) return entry;
  throw new KitError("usage", `there is no tool ${name}`, {
    why: `the kit knows ${Object.keys(lock).join(", ")}`,
    next: "./kit tools",
  });
}

function nowhere(name: string, entry: ToolEntry, error: Unavailable): KitError {
  const { onPath } = entry;
  return new KitError("failed", `${name} ${entry.version} could not be installed`, {
    why: error.message,
    next: onPath ? `put ${name} ${onPath.from} or newer on PATH, then ./kit tools` : "./kit tools install",
  });
}
