import type { Queryable } from "./pool.ts";

/** The channel by which replicas tell each other about commits. */
export const channel = "dexie_cloud_changes";

/** A database has changed; `client` is who changed it and needs no waking. */
export interface Notice {
  readonly database: string;
  readonly client: string;
}

/** Tells all replicas about a change when the transaction commits. */
export async function notify(on: Queryable, notice: Notice): Promise<void> {
  await on.query("SELECT pg_notify($1, $2)", [channel, JSON.stringify(notice)]);
}

export function parseNotice(payload: string | undefined): Notice | undefined {
  const { database, client } = JSON.parse(payload ?? "{}") as Partial<Notice>;
  return database !== undefined && client !== undefined ? { database, client } : undefined;
}
