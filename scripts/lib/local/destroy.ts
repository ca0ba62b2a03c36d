import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { KitError } from "../errors.ts";
import { machineDir } from "../paths.ts";
import type { Phase } from "../say.ts";
import { home } from "./layout.ts";
import { parked, type Parked } from "./owner.ts";
import { shutDown } from "./shutdown.ts";
import { removeTree } from "./sweep.ts";
import { takeOver } from "./takeover.ts";

/** Ends the node and deletes its data. Returns the stopped nodes of other checkouts that stay. */
export async function destroy(phase: Phase): Promise<Parked[]> {
  await takeOver("end", phase);
  await shutDown(phase);
  await removeTree(home);
  if (existsSync(home)) throw undeleted();
  const others = await parked();
  if (others.length === 0) await rmdir(machineDir).catch(() => undefined);
  return others;
}

function undeleted(): KitError {
  return new KitError("failed", `the node ended, but its data could not be deleted: ${home}`, {
    why: "something is mounted there, or the file system refuses",
    next: `look at ${home}, then: ./kit local destroy --yes`,
  });
}
