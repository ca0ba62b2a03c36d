import { takeReset } from "../store/databases.ts";
import { inSnapshot, type Pool } from "../store/pool.ts";
import {
  formatRevision,
  isLost,
  parseRevision,
  readStanding,
  recordEpoch,
  type Standing,
} from "../store/revisions.ts";
import { notImplemented } from "../errors.ts";
import type { Json } from "../tson.ts";
import { commit } from "./commit.ts";
import { pull, type ServerChanges } from "./pull.ts";
import { realmsOf } from "./realms.ts";
import { groupByTransaction, type SyncRequest } from "./request.ts";
import { placesOf, type Refusal } from "./transaction.ts";

export interface SyncAnswer {
  readonly serverRevision: string;
  readonly dbId: string;
  readonly realms: string[];
  readonly inviteRealms: string[];
  readonly schema: Record<string, Json>;
  readonly changes: ServerChanges;
  readonly rejections: {
    readonly name: string;
    readonly message: string;
    readonly txid: string | undefined;
  }[];
}

/** How to serve a client: from its revision on, all anew, or by letting it drop everything first. */
export type Mode = "since" | "anew" | "drop";

/** A client that has seen lost revisions is told to drop its objects once its socket can bring it back at once. */
export function modeFor(
  lastRevision: string | undefined,
  { current, epochs }: Standing,
  resetRequested: boolean,
): Mode {
  if (lastRevision === undefined) return "anew";
  const seen = parseRevision(lastRevision);
  if (seen && !isLost(seen, current, epochs)) return "since";
  return resetRequested ? "drop" : "anew";
}

function rejection(refusal: Refusal, txid: string | undefined) {
  return { name: "Refused", message: `The transaction is refused: ${refusal}`, txid };
}

/** Carries out what the client has to say and answers with what it has to hear. */
export async function answer(
  pool: Pool,
  database: string,
  user: string | undefined,
  request: SyncRequest,
  onRefusal: (refusal: Refusal) => void,
): Promise<SyncAnswer> {
  const client = request.clientIdentity;
  if (Object.values(request.schema).some(hasDocuments)) throw notImplemented("Y.js documents (yProps)");
  const rejections: SyncAnswer["rejections"][number][] = [];
  const transactions = groupByTransaction(request.changes);
  for (const transaction of transactions) {
    const refusal =
      user === undefined
        ? ("foreign realm" as const)
        : await commit(pool, { database, client, user }, transaction);
    if (refusal === undefined) continue;
    onRefusal(refusal);
    rejections.push(rejection(refusal, transaction.txid));
  }

  await recordEpoch(pool, database);
  const { lastPull, schema } = request;
  const reset = lastPull !== undefined && (await takeReset(pool, database, client));
  return inSnapshot(pool, async (on) => {
    const standing = await readStanding(on, database);
    if (!standing) throw new Error("PostgreSQL changed its time line during a request");
    const mode = modeFor(lastPull?.serverRevision, standing, reset);
    const realms = realmsOf(user);
    const since = mode === "since" ? parseRevision(lastPull?.serverRevision ?? "")?.number : undefined;
    const changes = await pull(on, database, {
      realms,
      known: since === undefined ? [] : (lastPull?.realms ?? []),
      since: since ?? 0n,
      touched: transactions.flatMap(placesOf),
    });
    return {
      serverRevision: keepsItsRevision(mode, lastPull) ?? formatRevision(standing.current),
      dbId: database,
      realms: mode === "drop" ? [] : realms,
      inviteRealms: [],
      schema,
      changes,
      rejections,
    };
  });
}

const hasDocuments = (table: Json): boolean =>
  typeof table === "object" &&
  table !== null &&
  !Array.isArray(table) &&
  Array.isArray(table["yProps"]) &&
  table["yProps"].length > 0;

/** A client that cannot drop its objects yet keeps its lost revision, by which its socket recognises it. */
const keepsItsRevision = (mode: Mode, lastPull: SyncRequest["lastPull"]): string | undefined =>
  mode === "anew" ? lastPull?.serverRevision : undefined;
