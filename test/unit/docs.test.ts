import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pages } from "../../scripts/lib/docs/pages.ts";
import { root } from "../../scripts/lib/paths.ts";

const made = await pages();

test.each(made.map(({ path, text }) => [path, text]))("%s is what npm run docs makes", async (path, text) => {
  expect(await readFile(join(root, path), "utf8")).toBe(text);
});
