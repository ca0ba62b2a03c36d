import { existsSync } from "node:fs";
import { rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
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
  await deleteAtOnce(home, join(machineDir, "destroyed"));
  const others = await parked();
  if (others.length === 0) await rmdir(machineDir).catch(() => undefined);
  return others;
}

/** Deletes a folder under another name: of a deletion that is cut off nothing stays that a start would go on with. */
export async function deleteAtOnce(folder: string, aside: string): Promise<void> {
  await removeTree(aside);
  if (existsSync(aside)) throw undeleted(aside);
  if (!existsSync(folder)) return;
  await rename(folder, aside);
  await removeTree(aside);
  if (existsSync(aside)) throw undeleted(aside);
}

function undeleted(folder: string): KitError {
  return new KitError("failed", `the node ended, but its data could not be deleted: ${folder}`, {
    why: "something is mounted there, or the file system refuses",
    next: `look at ${folder}, then: ./kit local destroy --yes`,
  });
}
