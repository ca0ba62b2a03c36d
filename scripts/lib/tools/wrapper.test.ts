import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { wrapperScript } from "./wrapper.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "kit-wrapper-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function makeTool(home: string): void {
  mkdirSync(join(home, "bin"), { recursive: true });
  mkdirSync(join(home, "root", "usr"), { recursive: true });
  writeFileSync(join(home, "root", "usr", "say"), '#!/bin/sh\necho "$LD_LIBRARY_PATH|$FONTS|$*"\n');
  writeFileSync(join(home, "bin", "say"), wrapperScript("usr/say", ["lib"], { FONTS: "a:b" }));
  for (const file of ["root/usr/say", "bin/say"]) chmodSync(join(home, file), 0o755);
}

const run = (path: string, ...args: string[]) =>
  execFileSync(path, args, { env: { PATH: process.env["PATH"] }, encoding: "utf8" }).trim();

it("starts the executable with libraries and variables of its own folder", () => {
  const home = join(folder, "tool");
  makeTool(home);
  expect(run(join(home, "bin", "say"), "two words", "$x")).toBe(
    `${home}/root/lib|${home}/root/a:${home}/root/b|two words $x`,
  );
});

it("works from another place and through a link", () => {
  makeTool(join(folder, "tool"));
  const home = join(folder, "moved here");
  renameSync(join(folder, "tool"), home);
  symlinkSync(join(home, "bin", "say"), join(folder, "link"));
  expect(run(join(folder, "link"))).toBe(`${home}/root/lib|${home}/root/a:${home}/root/b|`);
});
