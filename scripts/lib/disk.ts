import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A folder may have its name on the disk before its files are there, and a loss of power then leaves them empty. */
export async function bringToDisk(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    await using file = await open(join(entry.parentPath, entry.name));
    await file.sync();
  }
}
