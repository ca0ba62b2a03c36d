import type { ToolEntry } from "./lock.ts";
import { readRecord } from "./install.ts";
import { findTool, type ReadyTool } from "./provide.ts";
import type { Toolbox } from "./toolbox.ts";

/** How a tool stands on this machine. */
export interface ToolState {
  readonly name: string;
  readonly version: string;
  /** Where it comes from, or would come from. */
  readonly source: string;
  readonly state: "ready" | "missing" | "not available here";
  readonly path: string | undefined;
}

/** The state of every tool of the lock file. Nothing is installed. */
export async function toolStates(toolbox: Toolbox): Promise<ToolState[]> {
  return Promise.all(Object.entries(toolbox.lock).map(([name, entry]) => toolState(name, entry, toolbox)));
}

async function toolState(name: string, entry: ToolEntry, toolbox: Toolbox): Promise<ToolState> {
  const ready = await findTool(name, entry, toolbox);
  if (ready !== undefined) return { name, state: "ready", path: ready.path, ...(await originOf(ready)) };
  const ways = waysOf(entry);
  const wanted = { name, version: entry.version, path: undefined };
  if (ways === "") return { ...wanted, source: "only from a bundle", state: "not available here" };
  return { ...wanted, source: ways, state: "missing" };
}

async function originOf({
  place,
  home,
  version,
}: ReadyTool): Promise<{ readonly version: string; readonly source: string }> {
  if (home === undefined) return { version, source: place };
  const record = await readRecord(home);
  return { version: record.version, source: `${place}: ${record.origin}` };
}

/** The ways a missing tool would be tried, in order. */
export function waysOf({ downloads, build }: ToolEntry): string {
  const download = process.arch in downloads ? ["download"] : [];
  return [...download, ...(build === undefined ? [] : [wayOf(build)])].join(", else ");
}

function wayOf(build: NonNullable<ToolEntry["build"]>): string {
  if ("go" in build) return "Go modules";
  return "debian" in build ? "Debian packages" : `part of ${build.partOf}`;
}
