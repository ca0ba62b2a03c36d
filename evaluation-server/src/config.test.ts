import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evaluation-server-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const right = {
  DXC_URL: "https://dexie.example.com",
  DXC_SECRET: "x".repeat(32),
  DEXIE_CLOUD: "postgres://user:password@database/name",
};

test("settings come from the environment, with defaults", () => {
  expect(readConfig(right)).toMatchObject({ port: 8080, logLevel: "info", mailer: undefined, owners: [] });
  expect(readConfig({ ...right, PORT: "", DXC_OWNERS: " A@example.com, b@example.com" })).toMatchObject({
    port: 8080,
    owners: ["a@example.com", "b@example.com"],
  });
});

test("a setting may lie in a file", () => {
  const path = join(folder, "secret");
  writeFileSync(path, `${"y".repeat(40)}\n`);
  const others = { DXC_URL: right.DXC_URL, DEXIE_CLOUD: right.DEXIE_CLOUD };
  expect(readConfig({ ...others, DXC_SECRET_FILE: path }).secret).toBe("y".repeat(40));
  expect(() => readConfig({ ...right, DXC_SECRET_FILE: path })).toThrow("DXC_SECRET and DXC_SECRET_FILE");
  expect(() => readConfig({ ...others, DXC_SECRET_FILE: `${path}-not` })).toThrow(
    /^DXC_SECRET_FILE: cannot read/,
  );
});

test.each([
  ["DXC_URL", "ftp://x", "must be a URL that starts with http:// or https://"],
  ["DXC_SECRET", "short", "must have at least 32 characters"],
  ["DEXIE_CLOUD", "mysql://x", "must be a connection string that starts with postgres://"],
  ["PORT", "eighty", "must be a number"],
  ["PORT", "70000", ""],
  ["LOG_LEVEL", "loud", "must be one of fatal, error, warn, info, debug, trace, silent"],
  ["DXC_MAILER_WEBHOOK", "nowhere", "must be a URL"],
  ["DXC_OWNERS", "a@example.com, b", "must be e-mail addresses separated by commas"],
])("a faulty %s (%s) is named, without its value", (key, value, message) => {
  const failing = () => readConfig({ ...right, [key]: value });
  expect(failing).toThrow(`${key}: ${message}`);
  expect(failing).not.toThrow(value);
});

test("all that is missing is told at once", () => {
  expect(() => readConfig({})).toThrow(
    "DXC_URL: is missing\nDXC_SECRET: is missing\nDEXIE_CLOUD: is missing",
  );
});
