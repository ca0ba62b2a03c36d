import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { KitError } from "../errors.ts";
import { machineDir } from "../paths.ts";
import type { Phase } from "../say.ts";
import { home } from "./layout.ts";
import { orphans } from "./owner.ts";
import { shutDown } from "./shutdown.ts";
import { removeTree } from "./sweep.ts";
import { takeOver } from "./takeover.ts";

/** Ends the node and deletes its data, with that of stopped nodes whose checkouts are gone. */
export async function destroy(phase: Phase): Promise<void> {
  await takeOver("end", phase);
  await shutDown(phase);
  for (const { place, owner } of await orphans()) {
    phase.note(`deleting the stopped node of ${owner.checkout}, which is gone`);
    await removeTree(place);
    await removeWhenEmpty(dirname(place));
  }
  await removeTree(home);
  await removeWhenEmpty(machineDir);
  if (existsSync(home)) throw undeleted();
}

async function removeWhenEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

function undeleted(): KitError {
  return new KitError("failed", `the node ended, but its data could not be deleted: ${home}`, {
    why: "something is mounted there, or the file system refuses",
    next: `look at ${home}, then: ./kit local destroy --yes`,
  });
}
