import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { userPulumiHome } from "../pulumi/plugins.ts";
import { hasStackHome, makeStackHome, type StackHome } from "./home.ts";

/**
 * Decides where the state of a new stack lies: in the Pulumi backend that the user named or is logged in to,
 * else in a folder of the kit, whose passphrase the kit makes.
 */
export async function chooseBackend(stack: string): Promise<StackHome | undefined> {
  if (!hasStackHome(stack) && (await hasOwnBackend())) return undefined;
  return keepState(stack);
}

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
