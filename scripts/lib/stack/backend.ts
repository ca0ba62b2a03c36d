import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import { userPulumiHome } from "../pulumi/plugins.ts";
import type { StackFile } from "./file.ts";
import { hasStackHome, makeStackHome, type StackHome } from "./home.ts";

/**
 * Decides where the state of a new stack lies: in the Pulumi backend that the user named or is logged in to,
 * else in a folder of the kit, whose passphrase the kit makes.
 */
export async function chooseBackend(
  stack: string,
  { encrypted }: Pick<StackFile, "encrypted">,
): Promise<StackHome | undefined> {
  if (hasStackHome(stack)) return keepState(stack);
  if (await hasOwnBackend()) return undefined;
  if (encrypted.length > 0) throw madeElsewhere(stack, encrypted);
  return keepState(stack);
}

/** Another state would have another passphrase, and would be taken for the stack's own from then on. */
const madeElsewhere = (stack: string, encrypted: readonly string[]): KitError =>
  new KitError("usage", `nothing says in which backend the state of stack ${stack} lies`, {
    why: `it was made already: Pulumi.${stack}.yaml holds ${encrypted.join(", ")}, but PULUMI_BACKEND_URL is not set, and nobody is logged in`,
    next: `PULUMI_BACKEND_URL=… ${commandAsTyped()}`,
  });

/** Keeps the state of a stack in a folder of the kit. */
export async function keepState(stack: string): Promise<StackHome> {
  const home = await makeStackHome(stack);
  if (!existsSync(home.passphraseFile)) {
    const unfinished = `${home.passphraseFile}.new`;
    await writeFile(unfinished, randomBytes(32).toString("base64url"), { mode: 0o600 });
    await rename(unfinished, home.passphraseFile);
  }
  return home;
}

async function hasOwnBackend(): Promise<boolean> {
  if ((process.env["PULUMI_BACKEND_URL"] ?? "") !== "") return true;
  const text = await readFile(join(userPulumiHome(), "credentials.json"), "utf8").catch(() => "{}");
  return ((JSON.parse(text) as { current?: string }).current ?? "") !== "";
}
