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
  if (ready === undefined) {
    const source = waysOf(entry);
    const state = source === "" ? "not available here" : "missing";
    return { name, version: entry.version, source, state, path: undefined };
  }
  return { name, version: ready.version, source: await sourceOf(ready), state: "ready", path: ready.path };
}

async function sourceOf({ place, home }: ReadyTool): Promise<string> {
  if (home === undefined) return place;
  const { origin } = await readRecord(home);
  return `${place}: ${origin}`;
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
