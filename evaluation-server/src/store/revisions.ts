import { randomInt } from "node:crypto";
import { onlyRow, type Pool, type Queryable, inTransaction } from "./pool.ts";

/** A point in the history of a database. Clients hold it as the text `[epoch,"revision"]`. */
export interface Revision {
  readonly epoch: number;
  readonly number: bigint;
}

/** From `first` on, revisions belong to `epoch`. */
export interface Epoch {
  readonly epoch: number;
  readonly first: bigint;
}

export const formatRevision = ({ epoch, number }: Revision): string =>
  JSON.stringify([epoch, String(number)]);

/** The revision a text stands for; undefined when the text is no revision. */
export function parseRevision(text: string): Revision | undefined {
  const match = /^\[(\d{1,9}),"(\d{1,18})"\]$/.exec(text);
  return match ? { epoch: Number(match[1]), number: BigInt(match[2] ?? "") } : undefined;
}

/**
 * True when a client has seen changes that the server no longer has: its revision lies at or after the point where the
 * next epoch begins, in an epoch the server does not know, or in the future.
 */
export function isLost(seen: Revision, current: Revision, epochs: readonly Epoch[]): boolean {
  if (seen.number > current.number || !epochs.some(({ epoch }) => epoch === seen.epoch)) return true;
  return epochs.some(({ epoch, first }) => epoch > seen.epoch && seen.number >= first);
}

/** Where a database stands: its newest revision and its epochs. */
export interface Standing {
  readonly current: Revision;
  readonly epochs: readonly Epoch[];
}

const timelineNow = `SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline,
  (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier"`;

interface History {
  readonly revision: string | null;
  readonly epoch: number | null;
  readonly first: string | null;
  /** The epoch belongs to the time line PostgreSQL is on. */
  readonly isNow: boolean | null;
}

async function history(on: Queryable, database: string): Promise<History[]> {
  const { rows } = await on.query<History>(
    `WITH now AS (${timelineNow})
     SELECT d.revision, e.epoch, e.first_revision AS first,
       (e.timeline, e.system_identifier) = (now.timeline, now."systemIdentifier") AS "isNow"
     FROM now, dexie_cloud.databases d LEFT JOIN dexie_cloud.epochs e ON e.database_id = d.id
     WHERE d.id = $1 ORDER BY e.epoch`,
    [database],
  );
  return rows;
}

function standing(rows: readonly History[]): Standing | undefined {
  const last = rows.at(-1);
  if (last?.epoch == null || last.revision === null || !last.isNow) return undefined;
  const epochs = rows.map(({ epoch, first }) => ({ epoch: epoch ?? 0, first: BigInt(first ?? 0) }));
  return { current: { epoch: last.epoch, number: BigInt(last.revision) }, epochs };
}

async function lock(on: Queryable, database: string): Promise<void> {
  await on.query("SELECT FROM dexie_cloud.databases WHERE id = $1 FOR UPDATE", [database]);
}

/**
 * Begins an epoch when PostgreSQL has moved to another time line. The caller holds the lock of the database.
 * PostgreSQL can number two time lines alike, when it does not know of the first or is made anew: epochs have numbers
 * that devices of the other one will not have heard of.
 */
async function openEpoch(on: Queryable, database: string): Promise<void> {
  if (standing(await history(on, database))) return;
  await on.query(
    `INSERT INTO dexie_cloud.epochs (database_id, epoch, first_revision, timeline, system_identifier)
     SELECT d.id, coalesce((SELECT max(epoch) FROM dexie_cloud.epochs WHERE database_id = d.id), 0) + $2,
       d.revision + 1, now.timeline, now."systemIdentifier"
     FROM dexie_cloud.databases d, (${timelineNow}) now WHERE d.id = $1`,
    [database, randomInt(1, 1_000_000)],
  );
}

/** Takes the lock that orders the writers of a database; from then on its revisions belong to the right epoch. */
export async function lockForWriting(on: Queryable, database: string): Promise<void> {
  await lock(on, database);
  await openEpoch(on, database);
}

/** Gives out the next revision. The caller holds the lock of the database. */
export async function nextRevision(on: Queryable, database: string): Promise<bigint> {
  const updated = await on.query<{ revision: string }>(
    "UPDATE dexie_cloud.databases SET revision = revision + 1 WHERE id = $1 RETURNING revision",
    [database],
  );
  return BigInt(onlyRow(updated).revision);
}

/** Makes sure that the epoch of the present time line is recorded, so that snapshots can tell where they stand. */
export async function recordEpoch(pool: Pool, database: string): Promise<void> {
  if (!standing(await history(pool, database)))
    await inTransaction(pool, (on) => lockForWriting(on, database));
}

/** Where a database stands, seen in the given snapshot. Undefined just after a change of time line: record it first. */
export async function readStanding(on: Queryable, database: string): Promise<Standing | undefined> {
  return standing(await history(on, database));
}
