import { ESLint, Linter } from "eslint";
import { expect, test } from "vitest";
import { root } from "../../scripts/lib/paths.ts";

const eslint = new ESLint({ cwd: root });

/** What the rule about imports says of a file that imports another one. */
async function told(file: string, imported: string): Promise<string[]> {
  const { rules } = (await eslint.calculateConfigForFile(file)) as Linter.Config;
  const rule = { "no-restricted-imports": rules?.["no-restricted-imports"] ?? "off" };
  return new Linter().verify(`import "${imported}";`, { rules: rule }).map(({ message }) => message);
}

test.each([
  ["infra/server/server.ts", "../database/database.ts"],
  ["infra/exposure/edge.ts", "../server/environment.ts"],
  ["infra/keys/keys.ts", "../config.ts"],
  ["infra/settings/parse.ts", "../../scripts/lib/paths.ts"],
  ["infra/index.ts", "../scripts/lib/paths.ts"],
  ["infra/naming.ts", "../evaluation-server/src/config.ts"],
  ["evaluation-server/src/config.ts", "../../infra/naming.ts"],
  ["scripts/kit.ts", "../infra/index.ts"],
])("%s may not import %s", async (file, imported) => {
  expect(await told(file, imported)).toEqual([expect.stringContaining("dependencies point one way")]);
});

test.each([
  ["infra/server/server.ts", "../naming.ts"],
  ["infra/server/server.ts", "./environment.ts"],
  ["infra/settings/kek.ts", "../age.ts"],
  ["infra/index.ts", "./config.ts"],
  ["scripts/kit.ts", "../infra/naming.ts"],
])("%s may import %s", async (file, imported) => {
  expect(await told(file, imported)).toEqual([]);
});
