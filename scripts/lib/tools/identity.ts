import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolEntry } from "./lock.ts";
import type { Toolbox } from "./toolbox.ts";

// Raise it when the way tools are made changes so much that what is in the cache must not be used any more.
const recipe = 1;

/** The folder name of an installed tool. Its last part changes with everything that defines the tool, and only then. */
export async function folderName(name: string, entry: ToolEntry, toolbox: Toolbox): Promise<string> {
  const { version, executable, beside, links, downloads, build } = entry;
  const defining = { version, executable, beside, links, downloads, build };
  const hash = createHash("sha256").update(JSON.stringify([recipe, process.arch, defining]));
  if (build && "go" in build) {
    await addFolder(hash, join(toolbox.modules, build.go.module));
  }
  if (build && "debian" in build) hash.update(build.debian.suite ?? (await hostSuite()) ?? "");
  return `${name}-${version}-${hash.digest("hex").slice(0, 12)}`;
}

async function addFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const files = (await readdir(folder)).sort();
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(folder, file)));
}

/** The Debian (or Ubuntu) suite of this machine, such as bookworm. */
export async function hostSuite(): Promise<string | undefined> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
}
