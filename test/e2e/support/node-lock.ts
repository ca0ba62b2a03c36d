import { join } from "node:path";
import { beforeAll } from "vitest";
import { hold } from "../../../scripts/lib/lock.ts";
import { stateDir } from "../../../scripts/lib/paths.ts";

/** Stories that stop the node or kill its programs, and those that run beside them, do not run at the same time. */
export function holdNode(): void {
  beforeAll(() => hold(join(stateDir, "e2e-node")));
}
