// Writes the pages that are made from schemas, charts and commands. A test says when one is out of date.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pages } from "./lib/docs/pages.ts";
import { root } from "./lib/paths.ts";

for (const { path, text } of await pages()) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
