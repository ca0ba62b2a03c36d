import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** What does not reach an image although it lies in a source folder. */
const ignored = /^(node_modules|dist)$|\.test\.ts$/;

/** One hash of values and of the paths, modes and contents of files and folders. */
export async function fingerprint(values: unknown, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(values));
  for (const path of paths) await addPath(hash, path, "");
  return hash.digest("hex");
}

async function addPath(hash: Hash, path: string, name: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) {
    const names = (await readdir(path)).filter((entry) => !ignored.test(entry)).sort();
    for (const entry of names) await addPath(hash, join(path, entry), `${name}/${entry}`);
    return;
  }
  hash
    .update(`\0${name}\0${found.size}\0${(found.mode & 0o111) === 0 ? "" : "x"}\0`)
    .update(await readFile(path));
}

/** SHA-256 of a file of any size, in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
