import { acquire, whileHeld } from "../lock.ts";
import type { Phase } from "../say.ts";

/** Does something with the machine's one node while no other process does. Says whom it waits for. */
export async function whileNodeLocked<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
  const release = await acquire("\0dexie-cloud-kit/local-node", (holder) => {
    phase.waitingFor(`work on the local node by ${holder}`);
  });
  return whileHeld(release, work);
}
