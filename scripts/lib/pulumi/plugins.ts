import { existsSync } from "node:fs";
import { mkdir, readFile, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../paths.ts";
import { presentTool } from "../tools/index.ts";

type PluginName = "pulumi-language-nodejs" | "pulumi-resource-kubernetes";

/** A plugin that the Pulumi engine needs, and where it comes from on this machine. */
export interface PluginUse {
  readonly name: PluginName;
  readonly version: string;
  readonly source: "official" | "stand-in";
  readonly path: string;
}

/** The user's own Pulumi folder. */
export const userPulumiHome = (): string => process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");

/** Which plugins the engine will run: the official ones where they are, stand-ins where they are missing. */
export async function findPlugins(pulumi: string): Promise<PluginUse[]> {
  return Promise.all([
    findPlugin("pulumi-language-nodejs", await installedVersion("@pulumi/pulumi"), pulumi),
    findPlugin("pulumi-resource-kubernetes", await installedVersion("@pulumi/kubernetes"), pulumi),
  ]);
}

/** Those plugins for which stand-ins of the kit run. */
export const standInsAmong = (plugins: readonly PluginUse[]): PluginUse[] =>
  plugins.filter(({ source }) => source === "stand-in");

/** What puts official plugins in the place of stand-ins. */
export function officialInstead(standIns: readonly Pick<PluginUse, "name" | "version">[]): string {
  const ways = standIns.map(({ name, version }) =>
    name === "pulumi-language-nodejs"
      ? "put the official Pulumi CLI on PATH, which brings its language host"
      : `pulumi plugin install resource kubernetes v${version}`,
  );
  return ways.join("; ");
}

async function findPlugin(name: PluginName, version: string, pulumi: string): Promise<PluginUse> {
  const installed = join(userPulumiHome(), "plugins", pluginFolder(name, version), name);
  const besideCli = join(dirname(await realpath(pulumi)), name);
  const places = [installed, besideCli, ...(await fromToolbox(name, version))];
  const official = places.find((path) => existsSync(path) && !isStandIn(path));
  if (official !== undefined) return { name, version, source: "official", path: official };
  return { name, version, source: "stand-in", path: join(standIns, name) };
}

/** The Kubernetes plugin is a tool of the kit, for the version that the kit's own SDK asks for. */
async function fromToolbox(name: PluginName, version: string): Promise<string[]> {
  if (name !== "pulumi-resource-kubernetes") return [];
  const path = await presentTool(name);
  return path !== undefined && path.includes(`${name}-${version}-`) ? [path] : [];
}

const standIns = join(root, "toolchain", "standins", "bin");
const isStandIn = (path: string): boolean => path.startsWith(standIns);

async function installedVersion(name: string): Promise<string> {
  const file = await readFile(join(root, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

/** `pulumi-resource-kubernetes` 4.34.2 lies in the folder `resource-kubernetes-v4.34.2`. */
export const pluginFolder = (name: string, version: string): string =>
  `${name.replace(/^pulumi-/, "")}-v${version}`;

/** Puts links to the plugins where the engine looks first, in a Pulumi folder of the kit's own. */
export async function linkPlugins(home: string, plugins: readonly PluginUse[]): Promise<void> {
  for (const { name, version, path } of plugins) {
    await link(path, join(home, "plugins", pluginFolder(name, version), name));
  }
}

/** Makes or corrects a link in one step, so that a run beside this one never sees it missing. */
export async function link(target: string, path: string): Promise<void> {
  const current = await readlink(path).catch(() => undefined);
  if (current === target) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  await rm(unfinished, { force: true });
  await symlink(target, unfinished);
  await rename(unfinished, path);
}
