import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { beforeAll } from "vitest";
import { stateDir } from "../../../scripts/lib/paths.ts";

const folder = join(stateDir, "e2e-node");

/** Stories that stop the node or kill its programs, and those that run beside them, do not run at the same time. */
export function holdNode(): void {
  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    return lock(folder, { retries: { forever: true, minTimeout: 500, maxTimeout: 1000 } });
  });
}
