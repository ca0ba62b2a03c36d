import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDebianRelease } from "../debian/sources.ts";
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
  if (build && "debian" in build) hash.update(build.debian.suite ?? (await hostRelease()));
  return `${name}-${version}-${hash.digest("hex").slice(0, 12)}`;
}

async function addFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const files = (await readdir(folder)).sort();
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(folder, file)));
}

// Its C library is old enough for the packages to run on what is newer.
const oldestRelease = "bookworm";

/** The release of Debian whose packages run on this machine. */
export async function hostRelease(): Promise<string> {
  return releaseFor(await readFile("/etc/os-release", "utf8").catch(() => ""));
}

/** The machine's own release where it is one of Debian, by its /etc/os-release; else the oldest that the kit knows. */
export function releaseFor(osRelease: string): string {
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(osRelease)?.[1];
  return codename !== undefined && isDebianRelease(codename) ? codename : oldestRelease;
}
