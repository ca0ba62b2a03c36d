import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "zx";
import { capture, configFlag, type Captured } from "../../scripts/lib/pulumi/run.ts";
import {
  ensureStack,
  exportState,
  openWorkspace,
  plan,
  setConfig,
  type Plan,
  type StateResource,
  type Workspace,
} from "../../scripts/lib/pulumi/index.ts";

export const programFolder = (name: string): string => join(import.meta.dirname, "programs", name);

/** A stack of a test with its own state, passphrase and Pulumi folder, none of it in the checkout. */
export class TestStack {
  readonly workspace: Workspace;
  readonly #folder: string;

  private constructor(workspace: Workspace, folder: string) {
    this.workspace = workspace;
    this.#folder = folder;
  }

  static async make(stack: string, project: string): Promise<TestStack> {
    const folder = await mkdtemp(join(tmpdir(), "engine-"));
    const passphraseFile = join(folder, "passphrase");
    await writeFile(passphraseFile, "a passphrase of the engine tests", { mode: 0o600 });
    const workspace = await openWorkspace(stack, {
      project,
      configFile: join(folder, `Pulumi.${stack}.yaml`),
      stateFolder: folder,
      home: join(folder, "home"),
      passphraseFile,
    });
    await ensureStack(workspace);
    return new TestStack(workspace, folder);
  }

  async set(settings: Record<string, string | object>, options: { secret?: boolean } = {}): Promise<void> {
    await setConfig(this.workspace, settings, options);
  }

  run(...args: string[]): Promise<Captured> {
    return capture(this.workspace, [...args, ...configFlag(this.workspace)]);
  }

  /** Runs `pulumi up`, which must succeed. */
  async up(): Promise<string> {
    return this.#expectSuccess(await this.run("up", "--yes", "--skip-preview"));
  }

  async refresh(): Promise<string> {
    return this.#expectSuccess(await this.run("refresh", "--yes", "--skip-preview"));
  }

  async destroy(): Promise<string> {
    return this.#expectSuccess(await this.run("destroy", "--yes"));
  }

  plan(): Promise<Plan> {
    return plan(this.workspace);
  }

  /** What is planned, as `operation name`, in alphabetical order. */
  async planned(): Promise<string[]> {
    const { steps } = await this.plan();
    return steps.map(({ op, name }) => `${op} ${name}`).sort();
  }

  async resources(): Promise<readonly StateResource[]> {
    return (await exportState(this.workspace)).deployment.resources ?? [];
  }

  /** Everything Pulumi wrote about the stack, as text. */
  async stateText(): Promise<string> {
    const file = join(this.#folder, ".pulumi", "stacks");
    const { stdout } = await $({ quiet: true })`cat ${await filesBelow(file)}`;
    return `${stdout}\n${await readFile(this.workspace.configFile, "utf8")}`;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #expectSuccess({ exitCode, stdout, stderr }: Captured): string {
    if (exitCode !== 0) throw new Error(`pulumi ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const { stdout } = await $({ quiet: true })`find ${folder} -type f`;
  return stdout.trim().split("\n");
}

/** A text as it is, in base64, and in base64 when it begins at another byte. */
export function formsOf(text: string): string[] {
  const shifted = ["", "x", "xx"].map((prefix) =>
    Buffer.from(prefix + text)
      .toString("base64")
      .slice(prefix ? 4 : 0, -4),
  );
  return [text, ...shifted];
}
