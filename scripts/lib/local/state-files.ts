import { open, readFile, rename } from "node:fs/promises";

/** Writes a small file in one step, so that a full disk or a kill leaves the old one or the new one. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  if ((await readIfThere(path)) === content) return;
  const unfinished = `${path}.new`;
  const file = await open(unfinished, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** The text of a file, or undefined when there is none. Any other failure is one: nobody may take it for "none". */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
