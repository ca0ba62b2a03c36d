import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { isOutage } from "./outage.ts";

/** What a query can be sent to: the pool, or the connection of a transaction. */
export type Queryable = Pick<pg.ClientBase, "query">;
export type Pool = pg.Pool;

/** Opens a pool of connections. Those that break while idle are replaced, so their errors are only told. */
export function openPool(connectionString: string, max: number, onError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: "dexie-cloud-evaluation-server",
    connectionTimeoutMillis: 5_000,
    statement_timeout: 8_000,
    idle_in_transaction_session_timeout: 30_000,
    // When the machine of the database is gone, nothing answers and nothing says so.
    query_timeout: 9_000,
    keepAlive: true,
  });
  pool.on("error", onError);
  return pool;
}

async function transaction<T>(pool: Pool, begin: string, work: (on: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that is cut between two queries reports it by this event.
  const onError = (error: Error): void => void (broken = error);
  client.on("error", onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    if (isOutage(error)) broken = error as Error;
    else await client.query("ROLLBACK").catch((failure: unknown) => (broken = failure as Error));
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

/** Runs work in one transaction that commits when the work returns. */
export const inTransaction = <T>(pool: Pool, work: (on: Queryable) => Promise<T>): Promise<T> =>
  transaction(pool, "BEGIN", work);

/** Runs reading work that sees the database as it was at one instant. */
export const inSnapshot = <T>(pool: Pool, work: (on: Queryable) => Promise<T>): Promise<T> =>
  transaction(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work);

/** Closes connections, but waits only shortly for a server that may be gone. */
export async function closeSoon(connections: { end(): Promise<void> }): Promise<void> {
  await Promise.race([
    connections.end().catch(() => undefined),
    setTimeout(2_000, undefined, { ref: false }),
  ]);
}

/** The only row of a result. */
export function onlyRow<T extends object>(result: pg.QueryResult<T>): T {
  const [row] = result.rows;
  if (!row) throw new Error("The query gave no row");
  return row;
}
