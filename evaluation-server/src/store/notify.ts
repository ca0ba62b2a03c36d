import { z } from "zod";
import type { Queryable } from "./pool.ts";

/** The channel by which replicas tell each other about commits. */
export const channel = "dexie_cloud_changes";

const noticeSchema = z.object({ database: z.string(), client: z.string(), realm: z.string() });

/** A realm of a database has changed; `client` is who changed it and needs no waking. */
export type Notice = Readonly<z.output<typeof noticeSchema>>;

/** Tells all replicas about a change when the transaction commits. */
export async function notify(on: Queryable, notice: Notice): Promise<void> {
  await on.query("SELECT pg_notify($1, $2)", [channel, JSON.stringify(notice)]);
}

/** The notice of a payload; undefined for what none of the replicas sent. */
export function parseNotice(payload = ""): Notice | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}
