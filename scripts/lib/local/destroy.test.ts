import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deleteAtOnce } from "./destroy.ts";

let scratch: string;
const folder = () => join(scratch, "node");
const aside = () => join(scratch, "destroyed");

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "kit-destroy-"));
  for (const path of ["node", "destroyed"]) {
    await mkdir(join(scratch, path));
    await writeFile(join(scratch, path, "etcd"), "");
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});

it("deletes the node's data, and what a deletion that was cut off has left", async () => {
  await deleteAtOnce(folder(), aside());
  expect([folder(), aside()].filter(existsSync)).toEqual([]);
});

it("leaves no half node when it is cut off", async () => {
  await rm(aside(), { recursive: true });
  await writeFile(join(scratch, "rm"), "#!/bin/sh\n");
  await chmod(join(scratch, "rm"), 0o755);
  vi.stubEnv("PATH", `${scratch}:${process.env["PATH"] ?? ""}`);
  await expect(deleteAtOnce(folder(), aside())).rejects.toMatchObject({
    next: expect.stringContaining("local destroy") as string,
  });
  expect(existsSync(folder())).toBe(false);
});
