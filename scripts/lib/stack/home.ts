import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { stateDir } from "../paths.ts";

/** What the kit keeps on this machine for one stack. None of it is in the repository. */
export interface StackHome {
  readonly stack: string;
  readonly dir: string;
  /** Folder of the Pulumi state, for stacks that use no other backend. */
  readonly stateFolder: string;
  readonly passphraseFile: string;
  readonly kekFile: string;
  readonly escrowFiles: readonly [string, string];
  /** Certificate of the stack's authority, to be trusted by clients. */
  readonly caFile: string;
}

/** The home of a stack, whether it exists yet or not. */
export function stackHome(stack: string): StackHome {
  const dir = join(stateDir, "stacks", stack);
  return {
    stack,
    dir,
    stateFolder: join(dir, "state"),
    passphraseFile: join(dir, "passphrase"),
    kekFile: join(dir, "kek.txt"),
    escrowFiles: [join(dir, "escrow-1.txt"), join(dir, "escrow-2.txt")],
    caFile: join(dir, "ca.crt"),
  };
}

/** Makes the folders of a stack's home, readable by their owner only. */
export async function makeStackHome(stack: string): Promise<StackHome> {
  const home = stackHome(stack);
  await mkdir(home.stateFolder, { recursive: true, mode: 0o700 });
  return home;
}

/** True when the kit keeps this stack's state itself, in its home. */
export function hasStackHome(stack: string): boolean {
  return existsSync(stackHome(stack).stateFolder);
}
