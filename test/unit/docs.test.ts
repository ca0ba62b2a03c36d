import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { exampleRecipients, schema } from "../../infra/settings/schema.ts";
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

describe("settings that pages name", async () => {
  const pages = await markdown();
  const keys = Object.keys(schema.shape).join("|");
  const names = pages.flatMap(({ file, text }) =>
    [...text.matchAll(new RegExp(`\`(?!registry\\.example)((?:${keys})(?:\\.[a-zA-Z]+)+)`, "g"))].map(
      ([, name = ""]) => [name, file],
    ),
  );

  test.each(names)("%s of %s is one", (name) => {
    const known = settingsBelow("", z.toJSONSchema(schema, { io: "input" }) as Node);
    expect(known).toContain(name);
  });

  test("without the kit are complete and right", () => {
    const page = pages.find(({ file }) => file === "docs/install-on-a-cluster.md")?.text ?? "";
    const recipients = [
      ...exampleRecipients,
      "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    ];
    const set = [...page.matchAll(/^pulumi config set (\w+) '(.*)'$/gm)].map(([, key = "", json = ""]) => [
      key,
      JSON.parse(
        json
          .replaceAll('…"', '"')
          .replaceAll("sha256:", `sha256:${"0".repeat(64)}`)
          .replaceAll('"age1"', () => `"${recipients.pop() ?? ""}"`),
      ) as unknown,
    ]);
    const plain = schema.omit({ credentials: true, certificates: true });
    expect(plain.safeParse(Object.fromEntries(set)).error?.issues).toBeUndefined();
  });
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
}

/** The names of all settings, each with those it stands in. */
function settingsBelow(name: string, { properties = {}, oneOf = [], anyOf = [] }: Node): string[] {
  const children = Object.entries(properties).flatMap(([key, node]) =>
    settingsBelow(name === "" ? key : `${name}.${key}`, node),
  );
  return [name, ...children, ...[...oneOf, ...anyOf].flatMap((kind) => settingsBelow(name, kind))];
}

async function markdown(): Promise<{ file: string; text: string }[]> {
  const entries = await readdir(join(root, "docs"), { recursive: true });
  const files = [
    "README.md",
    ...entries.filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`),
  ];
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })));
}

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
