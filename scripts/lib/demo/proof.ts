import type { Cluster } from "../backups/cluster.ts";
import { createBackup } from "../backups/create.ts";
import { databaseAnswers } from "../backups/inspect.ts";
import { getObject } from "../backups/kubectl.ts";
import { restoreInPlace, restorePhases } from "../backups/restore.ts";
import { noteAnnotation } from "../backups/resume.ts";
import { KitError } from "../errors.ts";
import type { Phases } from "../say.ts";
import { countItems, dropObjects, presentMoment } from "./database.ts";
import { user, type Devices } from "./devices.ts";
import { readRecord, writeRecord } from "./record.ts";

/** How many phases `proveRestore` has. */
export const proofPhases = 3 + restorePhases;

/** Backs up, loses a table on purpose, restores to just before the loss, and has the devices look. */
export async function proveRestore(
  cluster: Cluster,
  devices: Devices,
  images: Readonly<Record<string, string>>,
  phases: Phases,
): Promise<void> {
  const { stack } = cluster;
  const backup = await phases.run("backup", async (phase) => {
    const made = await createBackup(cluster, "incr", phase);
    phase.note(`${made.label}, encrypted before it was written`);
    return made;
  });
  const { moment, count } = await phases.run("loss of a table on purpose", async (phase) => {
    const before = { moment: await presentMoment(cluster), count: devices.items().length };
    await writeRecord(stack, { images: { ...images }, moment: before.moment });
    await dropObjects(cluster);
    phase.note(`DROP TABLE after ${before.moment}: ${before.count} items are gone from the server`);
    return before;
  });
  const restored = await restoreInPlace(cluster, { at: moment, confirm: () => Promise.resolve() }, phases);
  await phases.run("proof that the data is back", async (phase) => {
    const found = await countItems(cluster, user);
    if (found !== count) throw lost(count, found);
    await devices.newDeviceSees(count, phase);
    await devices.exchange();
    phase.note(`${count} items in the database, on a new device, and on both devices, which sync again`);
  });
  const proven = {
    at: new Date().toISOString(),
    backup: backup.label,
    recoveryPoint: restored.recoveryPoint,
  };
  await writeRecord(stack, { images: { ...images }, moment, proven });
}

/** What an earlier run left undone: nothing, a restore that was cut off, or a loss that was not undone. */
export async function unfinishedRestore(cluster: Cluster): Promise<{ readonly at?: string } | undefined> {
  const database = await getObject<{ metadata: { annotations?: Record<string, string> } }>(
    cluster,
    cluster.databaseNamespace,
    "statefulset/postgres",
  );
  if (database === undefined) return undefined;
  if (database.metadata.annotations?.[noteAnnotation] !== undefined) return {};
  const record = await readRecord(cluster.stack);
  if (record === undefined || record.proven !== undefined || !(await databaseAnswers(cluster)))
    return undefined;
  return (await countItems(cluster, user)) === undefined ? { at: record.moment } : undefined;
}

function lost(expected: number, found: number | undefined): KitError {
  return new KitError("failed", "the restored database does not hold what was lost", {
    why: `${expected} items were there before the loss, now ${found ?? "their table is missing"}`,
    next: "./kit backup list --stack demo, and docs/runbooks/backup-and-restore.md",
  });
}
