import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIfThere, writeAtomically } from "./state-files.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-state-"));
  file = join(folder, "owner.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a state file", () => {
  it("is written whole, for its owner alone", async () => {
    await writeAtomically(file, "one");
    expect(readFileSync(file, "utf8")).toBe("one");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it("is left alone when nothing changes", async () => {
    await writeAtomically(file, "one");
    const { ino } = statSync(file);
    await writeAtomically(file, "one");
    expect(statSync(file).ino).toBe(ino);
  });

  it("keeps what it says when the new one cannot be written", async () => {
    await writeAtomically(file, "one");
    symlinkSync("/dev/full", `${file}.new`);
    await expect(writeAtomically(file, "two")).rejects.toThrow("ENOSPC");
    expect(readFileSync(file, "utf8")).toBe("one");
  });

  it("that is not there is told from one that cannot be read", async () => {
    expect(await readIfThere(file)).toBeUndefined();
    writeFileSync(file, "one");
    await expect(readIfThere(join(file, "below"))).rejects.toThrow("ENOTDIR");
  });
});
