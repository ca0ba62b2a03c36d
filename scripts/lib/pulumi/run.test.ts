import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watch } from "./run.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "run-"))));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

it("what people watch is read too, so that its failure is told with what to do", async () => {
  const pulumi = join(folder, "pulumi");
  await writeFile(pulumi, "#!/bin/sh\necho 'error: the stack is currently locked' >&2\nexit 255\n", {
    mode: 0o755,
  });
  const shown = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const workspace = { stack: "office", project: folder, configFile: "", stateFolder: undefined, pulumi };
  await expect(watch({ ...workspace, env: process.env }, ["up"])).rejects.toMatchObject({
    next: "pulumi cancel --stack office",
  });
  expect(shown.mock.calls.join("")).toContain("the stack is currently locked");
});
