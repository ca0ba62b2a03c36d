import { dirname, join } from "node:path";
import { mkdir } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { cacheDir, root, stateDir } from "../paths.ts";
import { hasStackHome, stackHome } from "../stack/home.ts";
import { tool } from "../tools/index.ts";
import { findPlugins, link, linkPlugins, standInsAmong, type PluginUse } from "./plugins.ts";

/** What a Pulumi command of the kit runs with: one stack, its project, its configuration and its backend. */
export interface Workspace {
  readonly stack: string;
  /** The folder of Pulumi.yaml. */
  readonly project: string;
  /** The stack's configuration file; by default Pulumi.<stack>.yaml in the project. */
  readonly configFile: string;
  /** The folder of the state, where the kit keeps it itself. */
  readonly stateFolder: string | undefined;
  readonly pulumi: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface WorkspaceOptions {
  readonly project?: string;
  readonly configFile?: string;
  /** Keep the state in this folder. Without it the user's own backend is used. */
  readonly stateFolder?: string | undefined;
  /** The file of the passphrase that encrypts the stack's secrets. */
  readonly passphraseFile?: string | undefined;
  /** A Pulumi folder of the kit's own. Without it the user's is used, and no login or plugin of theirs is touched. */
  readonly home?: string | undefined;
}

/** The workspace of a stack: state and passphrase in the stack's home if it has one, else as the user has set up. */
export async function openWorkspace(stack: string, options: WorkspaceOptions = {}): Promise<Workspace> {
  const own = hasStackHome(stack) ? stackHome(stack) : undefined;
  const stateFolder = options.stateFolder ?? own?.stateFolder;
  const pulumi = await tool("pulumi");
  const project = options.project ?? root;
  return {
    stack,
    project,
    configFile: options.configFile ?? join(project, `Pulumi.${stack}.yaml`),
    stateFolder,
    pulumi,
    env: await pulumiEnv({
      ...options,
      stateFolder,
      passphraseFile: options.passphraseFile ?? own?.passphraseFile,
      home: options.home ?? (own && join(stateDir, "pulumi")),
    }),
  };
}

/** The environment in which the Pulumi engine finds the kit's tools and plugins, and its state and passphrase. */
export async function pulumiEnv(options: WorkspaceOptions): Promise<NodeJS.ProcessEnv> {
  const pulumi = await tool("pulumi");
  const plugins = await findPlugins(pulumi);
  const tools = [process.execPath, pulumi, await tool("helm")].map((path) => dirname(path));
  const { home, stateFolder, passphraseFile } = options;
  return {
    ...process.env,
    PATH: [...tools, process.env["PATH"] ?? "", ...(home ? [] : await ambient(plugins))].join(":"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A run starts Node three times; what it has compiled once saves a third of its time.
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(cacheDir, "node-compile"),
    ...(home && { PULUMI_HOME: await kitHome(home, plugins), ...noDownloads }),
    ...(stateFolder && { PULUMI_BACKEND_URL: pathToFileURL(stateFolder).href }),
    ...(passphraseFile && {
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    }),
  };
}

const noDownloads = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };

async function kitHome(home: string, plugins: readonly PluginUse[]): Promise<string> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await linkPlugins(home, plugins);
  return home;
}

/** Beside the user's own Pulumi folder, stand-ins for what is missing there are found last of all, by PATH. */
async function ambient(plugins: readonly PluginUse[]): Promise<string[]> {
  const missing = standInsAmong(plugins);
  for (const { name, path } of missing) await link(path, join(stateDir, "pulumi-stand-ins", name));
  return missing.length > 0 ? [join(stateDir, "pulumi-stand-ins")] : [];
}
