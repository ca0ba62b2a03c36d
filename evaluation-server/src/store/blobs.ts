import type { Queryable } from "./pool.ts";

/** Keeps a blob in a realm. False when the id is taken in another realm; the same client may send its blob again. */
export async function saveBlob(
  on: Queryable,
  database: string,
  blob: { readonly id: string; readonly realm: string; readonly content: Buffer },
): Promise<boolean> {
  const { rowCount } = await on.query(
    `INSERT INTO dexie_cloud.blobs AS b (database_id, id, realm, content) VALUES ($1, $2, $3, $4)
     ON CONFLICT (database_id, id) DO UPDATE SET content = excluded.content WHERE b.realm = excluded.realm`,
    [database, blob.id, blob.realm, blob.content],
  );
  return rowCount === 1;
}

/** The content of a blob, if it lies in one of the realms. */
export async function loadBlob(
  on: Queryable,
  database: string,
  id: string,
  realms: readonly string[],
): Promise<Buffer | undefined> {
  const { rows } = await on.query<{ content: Buffer }>(
    "SELECT content FROM dexie_cloud.blobs WHERE database_id = $1 AND id = $2 AND realm = ANY($3)",
    [database, id, realms],
  );
  return rows[0]?.content;
}
