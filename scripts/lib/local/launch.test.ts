import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { halt, launch, running } from "./processes.ts";

const place = vi.hoisted(() => ({ pids: "", logs: "" }));
vi.mock("./layout.ts", () => ({ paths: place }));

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "kit-launch-"));
  place.pids = join(scratch, "pids");
  place.logs = join(scratch, "logs");
});
afterAll(() => rm(scratch, { recursive: true }));

/** A daemon whose pid file is moved into place by a program of the test. */
async function daemon(name: string, move: string) {
  const bin = join(scratch, name);
  await mkdir(bin);
  await writeFile(join(bin, "mv"), `#!/bin/sh\n${move}\n`);
  await chmod(join(bin, "mv"), 0o755);
  return { name, program: "/bin/sleep", args: ["60"], env: { PATH: `${bin}:/usr/bin:/bin` }, reads: [] };
}

it("a daemon is waited for when the disk takes long", async () => {
  await launch(await daemon("slow", 'sleep 6; exec /bin/mv "$@"'));
  expect(await running("slow")).toBeDefined();
  await halt("slow");
});

it("a daemon whose shell ended is told at once", async () => {
  await expect(launch(await daemon("ended", "exit 1"))).rejects.toMatchObject({
    message: "ended did not start",
    why: expect.stringContaining("its shell ended") as string,
  });
});
