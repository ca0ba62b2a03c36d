import { randomInt } from "node:crypto";
import type { Queryable } from "./pool.ts";
import { lockForWriting } from "./revisions.ts";

/** Ids that are no database, because the service itself answers there. */
const reserved = new Set(["service", "health", "ready", "token", "api"]);

export const isDatabaseId = (text: string): boolean =>
  /^[a-z][a-z0-9]{1,62}$/.test(text) && !reserved.has(text);

export async function databaseExists(on: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await on.query("SELECT FROM dexie_cloud.databases WHERE id = $1", [id]);
  return rowCount === 1;
}

/** Creates a database; one that exists is left as it is. */
export async function createDatabase(on: Queryable, id: string, owner: string | null): Promise<void> {
  await on.query("INSERT INTO dexie_cloud.databases (id, owner) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    id,
    owner,
  ]);
  await lockForWriting(on, id);
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** An id for a new database; it begins with z like those of the vendor. */
export const newDatabaseId = (): string =>
  `z${Array.from({ length: 9 }, () => letters[randomInt(letters.length)] ?? "").join("")}`;

export type UserType = "demo" | "prod" | "client";

export interface User {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly type: UserType;
}

/** Adds a user, or refreshes the name and address of a known one. */
export async function saveUser(on: Queryable, database: string, user: User): Promise<void> {
  await on.query(
    `INSERT INTO dexie_cloud.users AS u (database_id, id, email, name, type) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (database_id, id)
     DO UPDATE SET email = coalesce(excluded.email, u.email), name = coalesce(excluded.name, u.name)`,
    [database, user.id, user.email, user.name, user.type],
  );
}

export async function findUser(on: Queryable, database: string, id: string): Promise<User | undefined> {
  const { rows } = await on.query<User>(
    "SELECT id, email, name, type FROM dexie_cloud.users WHERE database_id = $1 AND id = $2",
    [database, id],
  );
  return rows[0];
}

export async function listOrigins(on: Queryable, database: string): Promise<string[]> {
  const { rows } = await on.query<{ origin: string }>(
    "SELECT origin FROM dexie_cloud.origins WHERE database_id = $1 ORDER BY origin",
    [database],
  );
  return rows.map(({ origin }) => origin);
}

/** Lets pages of an origin use the database; tells how many were added. */
export async function addOrigin(on: Queryable, database: string, origin: string): Promise<number> {
  const { rowCount } = await on.query(
    "INSERT INTO dexie_cloud.origins (database_id, origin) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [database, origin],
  );
  return rowCount ?? 0;
}

export async function removeOrigin(on: Queryable, database: string, origin: string): Promise<number> {
  const { rowCount } = await on.query(
    "DELETE FROM dexie_cloud.origins WHERE database_id = $1 AND origin = $2",
    [database, origin],
  );
  return rowCount ?? 0;
}

export async function hasOrigin(on: Queryable, database: string, origin: string): Promise<boolean> {
  const { rowCount } = await on.query(
    "SELECT FROM dexie_cloud.origins WHERE database_id = $1 AND origin = $2",
    [database, origin],
  );
  return rowCount === 1;
}

/** A client whose revision is lost shall fetch everything anew with its next request. */
export async function requestReset(on: Queryable, database: string, client: string): Promise<void> {
  await on.query(
    `INSERT INTO dexie_cloud.resets (database_id, client, requested) VALUES ($1, $2, now())
     ON CONFLICT (database_id, client) DO UPDATE SET requested = now()`,
    [database, client],
  );
}

/** True once for each requested reset. */
export async function takeReset(on: Queryable, database: string, client: string): Promise<boolean> {
  const { rowCount } = await on.query(
    `DELETE FROM dexie_cloud.resets
     WHERE database_id = $1 AND client = $2 AND requested > now() - interval '2 minutes'`,
    [database, client],
  );
  return rowCount === 1;
}
