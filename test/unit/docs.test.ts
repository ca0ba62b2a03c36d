import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pages } from "../../scripts/lib/docs/pages.ts";
import { root } from "../../scripts/lib/paths.ts";

const made = await pages();

test.each(made.map(({ path, text }) => [path, text]))("%s is what npm run docs makes", async (path, text) => {
  expect(await readFile(join(root, path), "utf8")).toBe(text);
});

describe("when something breaks", async () => {
  const page = await readFile(join(root, "docs/when-something-breaks.md"), "utf8");
  const firstCells = [...page.matchAll(/^\| (?!-)(.*?)\|/gm)].map(([, cell = ""]) => cell);
  const messages = firstCells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text),
  );
  const sources = await sourcesBelow("scripts", "infra", "images", "evaluation-server/src");

  test.each(messages)("it is really said: %s", (message) => {
    expect(sources.includes(message)).toBe(true);
  });
});

/** All program texts, with a stack's name written as in the page. */
async function sourcesBelow(...folders: string[]): Promise<string> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await Promise.all(folders.map((folder) => readdir(join(root, folder), options)));
  const files = entries.flat().filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"));
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
  );
  return texts
    .join("\n")
    .replaceAll(/\$\{(workspace\.)?stack\}/g, "NAME")
    .replaceAll("STACK", "NAME");
}
