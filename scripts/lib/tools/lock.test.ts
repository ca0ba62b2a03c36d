import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../paths.ts";
import { parseLock, readLock } from "./lock.ts";

describe("the lock file of the kit", async () => {
  const lock = await readLock();

  it.each(Object.entries(lock))("%s can be made from what is there", (_, { build }) => {
    if (build && "go" in build) {
      expect(existsSync(join(root, "toolchain/go", build.go.module, "go.mod"))).toBe(true);
    }
    if (build && "partOf" in build) expect(lock).toHaveProperty(build.partOf);
  });

  it.each(Object.entries(lock))(
    "%s has downloads of its own version, for both machines or none",
    (_, entry) => {
      const downloads = Object.values(entry.downloads);
      expect([0, 2]).toContain(downloads.length);
      for (const { url } of downloads) expect(url).toContain(`v${entry.version}`);
    },
  );
});

describe("a faulty lock file", () => {
  const sum = "a".repeat(64);
  it.each([
    ["no version", "age: {}", "version"],
    ["a version that is none", "age: { version: latest }", "must be a version"],
    [
      "a short checksum",
      "age: { version: 1.2.1, downloads: { x64: { url: 'https://a/b', sha256: abc } } }",
      "SHA-256",
    ],
    ["no URL", `age: { version: 1.2.1, downloads: { x64: { url: file, sha256: ${sum} } } }`, "URL"],
    [
      "an unknown machine",
      `age: { version: 1.2.1, downloads: { mips: { url: 'https://a/b', sha256: ${sum} } } }`,
      "mips",
    ],
    ["an unknown field", "age: { version: 1.2.1, checksum: none }", "checksum"],
  ])("with %s is refused", (_, text, fault) => {
    expect(() => parseLock(text)).toThrow(fault);
  });
});
