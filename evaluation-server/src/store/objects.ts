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

/** An object that is only passed on: its value is the text that is stored. */
export interface Written extends Place {
  readonly value: string;
}

/** A place without an object. */
export interface Gone extends Place {
  readonly value: null;
}

const partSize = 100;

/** What a query finds, part by part, so that it is never here all at once. Needs a transaction. */
async function* inParts<Row extends Written | Gone>(
  on: Queryable,
  query: string,
  values: unknown[],
): AsyncGenerator<Row[]> {
  await on.query(`DECLARE parts NO SCROLL CURSOR FOR ${query}`, values);
  for (;;) {
    const { rows } = await on.query<Row>(`FETCH ${partSize} FROM parts`);
    yield rows;
    if (rows.length < partSize) break;
  }
  await on.query("CLOSE parts");
}

/** The objects at the given places that lie in one of the realms. */
export async function* objectsAt(
  on: Queryable,
  database: string,
  places: readonly Place[],
  realms: readonly string[],
): AsyncGenerator<Written[]> {
  const possible = places.filter(({ key }) => isStorable(key));
  if (possible.length === 0) return;
  yield* inParts(
    on,
    `SELECT o.table_name AS table, o.key, o.value::text
     FROM unnest($2::text[], $3::text[]) AS p(table_name, key)
     JOIN dexie_cloud.objects o ON o.database_id = $1 AND o.table_name = p.table_name AND o.key = p.key
     WHERE o.realm = ANY($4)`,
    [database, ...columns(possible), realms],
  );
}

/** All objects of the given realms. */
export async function* objectsOf(
  on: Queryable,
  database: string,
  realms: readonly string[],
): AsyncGenerator<Written[]> {
  if (realms.length === 0) return;
  yield* inParts(
    on,
    `SELECT table_name AS table, key, value::text FROM dexie_cloud.objects
     WHERE database_id = $1 AND realm = ANY($2)`,
    [database, realms],
  );
}

/** What changed in the given realms after a revision. Of realms that are not known it tells only what has gone. */
export async function* changedObjects(
  on: Queryable,
  database: string,
  realms: readonly string[],
  known: readonly string[],
  after: bigint,
): AsyncGenerator<(Written | Gone)[]> {
  if (realms.length === 0) return;
  yield* inParts(
    on,
    `SELECT c.table_name AS table, c.key, o.value::text
     FROM dexie_cloud.changes c LEFT JOIN dexie_cloud.objects o
       ON o.database_id = c.database_id AND o.table_name = c.table_name AND o.key = c.key AND o.realm = ANY($2)
     WHERE c.database_id = $1 AND c.realm = ANY($2) AND c.revision > $4 AND (c.realm = ANY($3) OR o.key IS NULL)`,
    [database, realms, known, String(after)],
  );
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
