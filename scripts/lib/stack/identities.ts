import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { $ } from "zx";
import { KitError } from "../errors.ts";
import { tool } from "../tools/index.ts";

/** Makes an age identity in a file of mode 0600, or keeps the one that is there. Returns its recipient. */
export async function ensureIdentity(file: string): Promise<string> {
  if (!existsSync(file)) {
    const keygen = join(dirname(await tool("age")), "age-keygen");
    const unfinished = `${file}.new`;
    await $({ quiet: true })`${keygen} -o ${unfinished}`;
    await rename(unfinished, file);
  }
  return recipientOf(file);
}

/** The public recipient of an age identity file. Fails when the file is missing or holds no identity. */
export async function recipientOf(file: string): Promise<string> {
  const keygen = join(dirname(await tool("age")), "age-keygen");
  const shown = await $({ quiet: true, nothrow: true })`${keygen} -y ${file}`;
  const recipient = shown.stdout.trim();
  if (shown.exitCode === 0 && /^age1[a-z0-9]+$/.test(recipient)) return recipient;
  const isThere = existsSync(file);
  throw new KitError("keyUnavailable", `${file} holds no age identity`, {
    why: isThere
      ? "age-keygen cannot read it"
      : "the file does not exist: name the one that does, or make it",
    next: `age-keygen ${isThere ? "-y" : "-o"} ${file}`,
  });
}
