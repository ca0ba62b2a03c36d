import type { Cluster } from "../backups/cluster.ts";
import { createBackup } from "../backups/create.ts";
import { databaseAnswers } from "../backups/inspect.ts";
import { restoreInPlace, restorePhases } from "../backups/restore.ts";
import { findService } from "../backups/service.ts";
import { KitError } from "../errors.ts";
import type { Phases } from "../say.ts";
import { countItems, dropObjects, presentMoment } from "./database.ts";
import { user, type Devices } from "./devices.ts";
import { readRecord, writeRecord } from "./record.ts";

/** How many phases a whole proof has. */
export const proofPhases = 3 + restorePhases;

/** Backs up, loses a table on purpose, and restores to just before the loss. */
export async function loseAndRestore(
  cluster: Cluster,
  devices: Devices,
  images: Readonly<Record<string, string>>,
  phases: Phases,
): Promise<void> {
  const backup = await phases.run("backup", async (phase) => {
    const made = await createBackup(cluster, "incr", phase);
    phase.note(`${made.label}, encrypted before it was written`);
    return made.label;
  });
  const record = await phases.run("loss of a table on purpose", async (phase) => {
    const count = devices.items().length;
    const before = { images: { ...images }, moment: await presentMoment(cluster), count, backup };
    await writeRecord(cluster.stack, before);
    await dropObjects(cluster);
    phase.note(`DROP TABLE after ${before.moment}: ${count} items are gone from the server`);
    return before;
  });
  await restore(cluster, { at: record.moment }, phases);
}

/** Has the devices, and one that was never here before, look at the restored data. */
export async function proveRestore(cluster: Cluster, devices: Devices, phases: Phases): Promise<void> {
  await phases.run("proof that the data is back", async (phase) => {
    const record = await readRecord(cluster.stack);
    if (record?.restored === undefined) throw new Error("nothing was restored");
    await devices.newDeviceSees(record.count, phase);
    await devices.exchange();
    await writeRecord(cluster.stack, { ...record, proven: new Date().toISOString() });
    phase.note(
      `${record.count} items in the database, on a new device, and on both devices, which sync again`,
    );
  });
}

/** What an earlier run left undone: nothing, a restore that was cut off, or a loss that was not undone. */
export async function unfinishedRestore(cluster: Cluster): Promise<{ readonly at?: string } | undefined> {
  const database = await findService(cluster);
  if (database === undefined) return undefined;
  const { note } = database;
  if (note !== undefined) return note.at === null ? {} : { at: note.at };
  const record = await readRecord(cluster.stack);
  if (record === undefined || record.restored !== undefined || !(await databaseAnswers(cluster)))
    return undefined;
  return (await countItems(cluster, user)) === undefined ? { at: record.moment } : undefined;
}

/** Restores and counts what is there again, before a device can write. Of an earlier run's restore it finishes the rest. */
export async function restore(
  cluster: Cluster,
  request: { readonly at?: string },
  phases: Phases,
): Promise<void> {
  const { recoveryPoint } = await restoreInPlace(
    cluster,
    { ...request, confirm: () => Promise.resolve() },
    phases,
  );
  const record = await readRecord(cluster.stack);
  if (record === undefined || record.restored !== undefined) return;
  const found = await countItems(cluster, user);
  if (found !== record.count) throw lost(record.count, found);
  await writeRecord(cluster.stack, { ...record, restored: { recoveryPoint } });
}

function lost(expected: number, found: number | undefined): KitError {
  return new KitError("failed", "the restored database does not hold what was lost", {
    why: `${expected} items were there before the loss, now ${found ?? "their table is missing"}; docs/runbooks/backup-and-restore.md says what can be tried`,
    next: "./kit backup list --stack demo",
  });
}
