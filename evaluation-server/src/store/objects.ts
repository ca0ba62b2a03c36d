import type { JsonObject } from "../tson.ts";
import type { Queryable } from "./pool.ts";

export interface Place {
  readonly table: string;
  readonly key: string;
}

export interface Stored extends Place {
  readonly realm: string;
  readonly value: JsonObject;
}

/** What became of a place: `after` undefined means deleted. `before` is the realm it was in. */
export interface Change extends Place {
  readonly before: string | undefined;
  readonly after: Stored | undefined;
}

/** Text that PostgreSQL can hold as it is. */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

const columns = (places: readonly Place[]) => [
  places.map(({ table }) => table),
  places.map(({ key }) => key),
];

/** The objects at the given places, as far as there are any. */
export async function loadObjects(
  on: Queryable,
  database: string,
  places: readonly Place[],
): Promise<Stored[]> {
  const possible = places.filter(({ key }) => isStorable(key));
  if (possible.length === 0) return [];
  const { rows } = await on.query<Stored>(
    `SELECT o.table_name AS table, o.key, o.realm, o.value
     FROM unnest($2::text[], $3::text[]) AS p(table_name, key)
     JOIN dexie_cloud.objects o ON o.database_id = $1 AND o.table_name = p.table_name AND o.key = p.key`,
    [database, ...columns(possible)],
  );
  return rows;
}

/** All objects of the given realms. */
export async function loadRealms(
  on: Queryable,
  database: string,
  realms: readonly string[],
): Promise<Stored[]> {
  if (realms.length === 0) return [];
  const { rows } = await on.query<Stored>(
    `SELECT table_name AS table, key, realm, value FROM dexie_cloud.objects
     WHERE database_id = $1 AND realm = ANY($2) ORDER BY table_name, key`,
    [database, realms],
  );
  return rows;
}

/** The places that changed in the given realms after a revision. */
export async function changedPlaces(
  on: Queryable,
  database: string,
  realms: readonly string[],
  after: bigint,
): Promise<Place[]> {
  if (realms.length === 0) return [];
  const { rows } = await on.query<Place>(
    `SELECT DISTINCT table_name AS table, key FROM dexie_cloud.changes
     WHERE database_id = $1 AND realm = ANY($2) AND revision > $3`,
    [database, realms, String(after)],
  );
  return rows;
}

/** Writes changes and their place in the change log. */
export async function saveChanges(
  on: Queryable,
  database: string,
  changes: readonly Change[],
  revision: bigint,
): Promise<void> {
  const kept = changes.flatMap(({ after }) => (after ? [after] : []));
  const gone = changes.filter(({ after }) => !after);
  if (gone.length > 0)
    await on.query(
      `DELETE FROM dexie_cloud.objects o USING unnest($2::text[], $3::text[]) AS p(table_name, key)
     WHERE o.database_id = $1 AND o.table_name = p.table_name AND o.key = p.key`,
      [database, ...columns(gone)],
    );
  await on.query(
    `INSERT INTO dexie_cloud.objects (database_id, table_name, key, realm, value)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::json[])
     ON CONFLICT (database_id, table_name, key) DO UPDATE SET realm = excluded.realm, value = excluded.value`,
    [
      database,
      ...columns(kept),
      kept.map(({ realm }) => realm),
      kept.map(({ value }) => JSON.stringify(value)),
    ],
  );
  const logged = changes.flatMap(({ table, key, before, after }) =>
    [...new Set([before, after?.realm])].flatMap((realm) =>
      realm === undefined ? [] : [{ table, key, realm }],
    ),
  );
  await on.query(
    `INSERT INTO dexie_cloud.changes (database_id, table_name, key, realm, revision)
     SELECT $1, *, $5::bigint FROM unnest($2::text[], $3::text[], $4::text[])
     ON CONFLICT (database_id, realm, table_name, key) DO UPDATE SET revision = excluded.revision`,
    [database, ...columns(logged), logged.map(({ realm }) => realm), String(revision)],
  );
}
