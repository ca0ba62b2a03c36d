import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { $ } from "zx";
import { type DownloadedPackage, downloadClosure, extractPackages } from "../debian/packages.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LayerPlan, makers } from "./layer.ts";
import type { ImageName, Recipe } from "./recipe.ts";
import { debianComponent } from "./sbom.ts";
import { isTrimmed } from "./trim.ts";

type Packages = NonNullable<Recipe["packages"]>;

/** Debian 13. */
const suite = "trixie";

/** The layer of Debian packages. Nothing of them is run; what an image needs of their set-up is done here. */
export async function systemLayer(name: ImageName, packages: Packages): Promise<LayerPlan> {
  return {
    place: `${name}/system`,
    title: `packages of Debian ${suite}`,
    key: await fingerprint(["system", process.arch, suite, packages], makers("system.ts", "trim.ts")),
    fill: async (folder, phase) => {
      const { include, without } = packages;
      const closure = await downloadClosure({ suite, include, without }, phase);
      await extractPackages(closure, folder);
      await writeStatus(closure, folder);
      await collectCertificates(folder);
      await trim(folder, packages.remove);
      for (const [path, target] of Object.entries(packages.links)) await symlink(target, join(folder, path));
      return closure.map((one) => debianComponent(one, suite));
    },
  };
}

/** The list of installed packages, where scanners of images look for it. */
async function writeStatus(closure: readonly DownloadedPackage[], folder: string): Promise<void> {
  const paragraphs = await Promise.all(
    closure.map(async ({ file }) => {
      const { stdout } = await $({ quiet: true })`dpkg-deb --field ${file}`;
      return stdout.trimEnd().replace("\n", "\nStatus: install ok installed\n");
    }),
  );
  const status = join(folder, "var/lib/dpkg/status");
  await mkdir(dirname(status), { recursive: true });
  await writeFile(status, `${paragraphs.join("\n\n")}\n`);
}

/** What `update-ca-certificates` would make. */
async function collectCertificates(folder: string): Promise<void> {
  const source = join(folder, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(source).catch(() => [])).filter((name) => name.endsWith(".crt")).sort();
  if (names.length === 0) return;
  const certificates = await Promise.all(names.map((name) => readFile(join(source, name), "utf8")));
  await mkdir(join(folder, "etc/ssl/certs"), { recursive: true });
  await writeFile(join(folder, "etc/ssl/certs/ca-certificates.crt"), certificates.join(""));
}

/** Removes what is not wanted, and lets no program gain rights by its file. */
async function trim(folder: string, more: readonly string[], inside = ""): Promise<void> {
  for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
    const path = join(inside, entry.name);
    if (isTrimmed(path, more)) await rm(join(folder, path), { recursive: true });
    else if (entry.isDirectory()) await trim(folder, more, path);
    else if (entry.isFile()) await dropSetuid(join(folder, path));
  }
}

async function dropSetuid(file: string): Promise<void> {
  const { mode } = await lstat(file);
  if ((mode & 0o6000) !== 0) await chmod(file, mode & 0o1777);
}
