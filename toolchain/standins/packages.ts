import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What the stand-ins read of a package.json. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

export function readPackage(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageFile;
  } catch {
    return undefined;
  }
}

/** Every package at the top of a node_modules folder, from the program's folder upwards; the nearest wins. */
export function installedPackages(programFolder: string): PackageFile[] {
  const found = new Map<string, PackageFile>();
  for (const folder of andParents(resolve(programFolder))) {
    for (const packageFolder of packageFolders(join(folder, "node_modules"))) {
      const file = readPackage(packageFolder);
      if (file && !found.has(file.name)) found.set(file.name, file);
    }
  }
  return [...found.values()];
}

function andParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...andParents(parent)];
}

function packageFolders(nodeModules: string): string[] {
  if (!existsSync(nodeModules)) return [];
  return readdirSync(nodeModules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(nodeModules, name)).map((inner) => join(nodeModules, name, inner))
        : [join(nodeModules, name)],
    );
}
