import { existsSync, globSync } from "node:fs";
import { chmod, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { downloadClosure, extractPackages } from "../debian/packages.ts";
import { hostRelease } from "./identity.ts";
import type { DebianBuild } from "./lock.ts";
import type { Toolbox } from "./toolbox.ts";
import { Unavailable } from "./unavailable.ts";
import { wrapperScript } from "./wrapper.ts";

// The C library must be the one that the machine's dynamic loader belongs to; apt itself needs the others.
const fromTheMachine = ["libc6", "libgcc-s1", "libcrypt1", "libseccomp2", "debconf"];

/**
 * Assembles a tool from Debian packages: extracted into `root` of its folder, with a way to start each in `bin`.
 * Returns the version of the first package.
 */
export async function assembleFromDebian(
  build: DebianBuild,
  folder: string,
  toolbox: Toolbox,
): Promise<string> {
  if (!existsSync("/usr/bin/apt-get")) throw new Unavailable("this machine has no apt");
  const suite = build.suite ?? (await hostRelease());
  const packages = await downloadClosure(
    { suite, include: build.packages, without: [...fromTheMachine, ...build.without] },
    { waitingFor: () => undefined, note: toolbox.report },
  );
  const root = join(folder, "root");
  await extractPackages(packages, root);
  await removeDocumentation(root);
  const libraries = libraryFolders(root);
  const environment = expandEnvironment(build.environment, root);
  for (const [name, path] of Object.entries(build.executables)) {
    await makeStartable(join(folder, "bin", name), join(root, path), root, libraries, environment);
  }
  return packages.find(({ name }) => name === build.packages[0])?.version ?? "unknown";
}

async function removeDocumentation(root: string): Promise<void> {
  for (const folder of ["doc", "man", "locale"]) {
    await rm(join(root, "usr", "share", folder), { recursive: true, force: true });
  }
}

/** The folders of shared libraries, relative to `root`. Some packages keep theirs one folder deeper. */
function libraryFolders(root: string): string[] {
  return ["lib", "usr/lib"]
    .flatMap((lib) => globSync([`${lib}/*-linux-gnu*`, `${lib}/*-linux-gnu*/*/`], { cwd: root }))
    .filter((folder) => globSync("lib*.so*", { cwd: join(root, folder) }).length > 0)
    .sort();
}

/** Fills in the patterns of paths, which hold what differs between releases and machines. */
function expandEnvironment(
  environment: Readonly<Record<string, string>>,
  root: string,
): Record<string, string> {
  const expand = (part: string) => globSync(part, { cwd: root }).sort()[0] ?? part;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.split(":").map(expand).join(":")]),
  );
}

/** A plain link where nothing has to be set, else a script. */
async function makeStartable(
  bin: string,
  executable: string,
  root: string,
  libraries: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  if (!existsSync(executable)) throw new Error(`the packages have no ${relative(root, executable)}`);
  if (libraries.length === 0 && Object.keys(environment).length === 0) {
    await symlink(relative(join(bin, ".."), executable), bin);
    return;
  }
  await writeFile(bin, wrapperScript(relative(root, executable), libraries, environment));
  await chmod(bin, 0o755);
}
