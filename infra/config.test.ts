import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readIdentity, valuesOf } from "./config.ts";

const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const another = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
const folder = mkdtempSync(join(tmpdir(), "kek-"));

function fileWith(text: string, name = "kek.txt"): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("only the project's own keys count, and an empty object is no setting", () => {
  const config = {
    "kit:server": '{"replicas":2}',
    "kit:protection": "true",
    "kit:target": "{}",
    "kit:note": "not JSON",
    "kubernetes:context": "other",
  };
  expect(valuesOf(config, "kit")).toEqual({ server: { replicas: 2 }, protection: true, note: "not JSON" });
});

test("the identity is read as it is kept in the Secret", () => {
  const identityFile = fileWith(`# mine\n${identity}\n`);
  expect(readIdentity("stack", { identityFile, recipient })).toBe(`${identity}\n`);
});

test.each([
  ["keys.age.identityFile: /nowhere/kek.txt cannot be read", "/nowhere/kek.txt", recipient],
  [
    "keys.age.identityFile: .* holds no age identity in plain form",
    fileWith("AGE-SECRET-KEY-1", "broken.txt"),
    recipient,
  ],
])("%s", (told, identityFile, named) => {
  expect(() => readIdentity("stack", { identityFile, recipient: named })).toThrow(new RegExp(told));
});

test("the identity of another recipient is refused without being shown", () => {
  const identityFile = fileWith(identity);
  const read = () => readIdentity("stack", { identityFile, recipient: another });
  expect(read).toThrow(/keys\.age\.recipient: is not the recipient of the identity/);
  expect(read).not.toThrow(/AGE-SECRET-KEY/);
});
