import { notify } from "../store/notify.ts";
import { loadObjects, saveChanges } from "../store/objects.ts";
import { inTransaction, type Pool, type Queryable } from "../store/pool.ts";
import { lockForWriting, nextRevision } from "../store/revisions.ts";
import type { ClientTransaction } from "./request.ts";
import { carryOut, placesOf, type Refusal } from "./transaction.ts";

export interface Writer {
  readonly database: string;
  /** Identity of the device. */
  readonly client: string;
  readonly user: string;
}

async function isRepeated(on: Queryable, { database, client }: Writer, txid: string): Promise<boolean> {
  const { rowCount } = await on.query(
    "SELECT FROM dexie_cloud.transactions WHERE database_id = $1 AND client = $2 AND txid = $3",
    [database, client, txid],
  );
  return rowCount === 1;
}

async function remember(on: Queryable, { database, client }: Writer, txid: string): Promise<void> {
  await on.query("INSERT INTO dexie_cloud.transactions (database_id, client, txid) VALUES ($1, $2, $3)", [
    database,
    client,
    txid,
  ]);
}

/** Carries out one transaction of a client, once, as one transaction of the database. Tells what of it was refused. */
export async function commit(
  pool: Pool,
  writer: Writer,
  transaction: ClientTransaction,
): Promise<readonly Refusal[]> {
  return inTransaction(pool, async (on) => {
    const { database, client, user } = writer;
    await lockForWriting(on, database);
    const { txid } = transaction;
    if (txid !== undefined && (await isRepeated(on, writer, txid))) return [];
    const stored = await loadObjects(on, database, placesOf(transaction));
    const { changes, refusals } = carryOut(transaction, stored, user);
    if (changes.length === 0 && refusals.length > 0) return refusals;
    if (txid !== undefined) await remember(on, writer, txid);
    if (changes.length === 0) return refusals;
    await saveChanges(on, database, changes, await nextRevision(on, database));
    // All its changes are in the user's own realm.
    await notify(on, { database, client, realm: user });
    return refusals;
  });
}
