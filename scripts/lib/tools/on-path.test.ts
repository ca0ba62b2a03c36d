import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findOnPath } from "./on-path.ts";
import { parseLock, type ToolEntry } from "./lock.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "kit-path-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const age = entry(
  "age: { version: 1.2.1, beside: [age-keygen], onPath: { arguments: [--version], from: 1.1.0 } }",
);

function entry(text: string): ToolEntry {
  const [only] = Object.values(parseLock(text));
  if (only === undefined) throw new Error("no tool");
  return only;
}

function program(name: string, says: string, code = 0): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\nexit ${code}\n`);
  chmodSync(join(folder, name), 0o755);
}

it("is used if its version fits and all of it is there", async () => {
  program("age", "v1.1.1");
  program("age-keygen", "");
  expect(await findOnPath("age", age, `/nowhere:${folder}`)).toEqual({
    path: join(folder, "age"),
    version: "1.1.1",
  });
});

interface Program {
  readonly name: string;
  readonly says: string;
  readonly code?: number;
}
const keygen: Program = { name: "age-keygen", says: "" };

const unfit: [string, Program[]][] = [
  ["is missing", []],
  ["is too old", [{ name: "age", says: "v1.0.0" }, keygen]],
  ["says no version", [{ name: "age", says: "(unknown)" }, keygen]],
  ["does not run", [{ name: "age", says: "v1.2.1", code: 1 }, keygen]],
  ["lacks what belongs to it", [{ name: "age", says: "v1.2.1" }]],
];

it.each(unfit)("is passed over if it %s", async (_, programs) => {
  for (const { name, says, code } of programs) program(name, says, code);
  expect(await findOnPath("age", age, folder)).toBeUndefined();
});

it("is not looked for where the lock file does not allow it", async () => {
  program("etcd", "3.6.15");
  expect(await findOnPath("etcd", entry("etcd: { version: 3.6.15 }"), folder)).toBeUndefined();
});
