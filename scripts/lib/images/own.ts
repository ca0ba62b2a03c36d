import { chmod, cp, lstat, mkdir, opendir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { z } from "zod";
import { root } from "../paths.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LayerPlan, makers } from "./layer.ts";
import { type ImageName, type Recipe, recipeFolder } from "./recipe.ts";
import { type Component, npmComponent } from "./sbom.ts";

/** The last layer: account, mount points and our own files. It is the one that a change of our code makes anew. */
export async function ownLayer(name: ImageName, recipe: Recipe): Promise<LayerPlan> {
  const { user, directories, files, build } = recipe;
  const beside = (path: string) => join(recipeFolder(name), path);
  const inputs = [
    ...makers("own.ts"),
    ...(files === undefined ? [] : [beside(files)]),
    ...(build ? [beside(build.script), ...build.sources.map((path) => join(root, path))] : []),
  ];
  return {
    place: `${name}/own`,
    title: `files of ${name}`,
    key: await fingerprint(["own", user, directories], inputs),
    fill: async (folder, phase) => {
      if (files !== undefined) await cp(beside(files), folder, { recursive: true });
      phase.waitingFor(`the files of ${name}`);
      const components = build ? await runBuild(beside(build.script), folder) : [];
      await writeAccounts(user, folder);
      await plainModes(folder);
      for (const { path, mode } of directories) {
        await mkdir(join(folder, path), { recursive: true });
        await chmod(join(folder, path), Number.parseInt(mode, 8));
      }
      return components;
    },
  };
}

const bundledPackages = z.array(z.object({ name: z.string(), version: z.string() }));

/** Runs a recipe's own program. It prints the npm packages that it put into its files. */
async function runBuild(script: string, folder: string): Promise<Component[]> {
  const { stdout } = await $({ quiet: true })`${process.execPath} ${script} ${folder}`;
  return bundledPackages.parse(JSON.parse(stdout)).map(({ name, version }) => npmComponent(name, version));
}

async function writeAccounts({ name, id }: Recipe["user"], folder: string): Promise<void> {
  const home = "/nonexistent:/usr/sbin/nologin";
  await mkdir(join(folder, "etc"), { recursive: true });
  await writeFile(
    join(folder, "etc/passwd"),
    `root:x:0:0:root:${home}\n${name}:x:${id}:${id}:${name}:${home}\n`,
  );
  await writeFile(join(folder, "etc/group"), `root:x:0:\n${name}:x:${id}:\n`);
}

/** Modes as git keeps them, whatever the umask of the checkout was. */
async function plainModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for await (const entry of await opendir(folder, { recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}
