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
import { HttpError, notImplemented } from "../errors.ts";
import { type Json, withList } from "../tson.ts";
import { commit, type Writer } from "./commit.ts";
import { pull, type ServerChanges } from "./pull.ts";
import { realmsOf } from "./realms.ts";
import { type ClientTransaction, groupByTransaction, type SyncRequest } from "./request.ts";
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

/** An answer as its JSON, in pieces. */
export type WrittenAnswer = readonly Buffer[];

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

interface Refused {
  readonly txid: string | undefined;
  readonly refusals: readonly Refusal[];
}

const rejection = ({ txid, refusals }: Refused) => ({
  name: "Refused",
  message: `Refused: ${[...new Set(refusals)].join(", ")}`,
  txid,
});

/** Carries out the transactions of a client, and gives those that are refused, as a whole or in part. */
async function commitAll(
  pool: Pool,
  writer: Writer,
  transactions: readonly ClientTransaction[],
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const transaction of transactions) {
    const refusals = await commit(pool, writer, transaction);
    if (refusals.length > 0) refused.push({ txid: transaction.txid, refusals });
  }
  return refused;
}

/** Carries out what the client has to say and answers with what it has to hear. */
export async function answer(
  pool: Pool,
  database: string,
  user: string | undefined,
  request: SyncRequest,
  onRefusals: (refusals: readonly Refusal[]) => void,
): Promise<WrittenAnswer> {
  const client = request.clientIdentity;
  if (Object.values(request.schema).some(hasDocuments)) throw notImplemented("Y.js documents (yProps)");
  const transactions = groupByTransaction(request.changes);
  // The addon writes only when it is logged in. An answer would make others take back what they have.
  if (user === undefined && transactions.length > 0) throw new HttpError(401, "A token is needed to write.");
  const refused = user === undefined ? [] : await commitAll(pool, { database, client, user }, transactions);
  if (refused.length > 0) onRefusals(refused.flatMap(({ refusals }) => refusals));

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
    const head: Omit<SyncAnswer, "changes"> = {
      serverRevision: keepsItsRevision(mode, lastPull) ?? formatRevision(standing.current),
      dbId: database,
      realms: mode === "drop" ? [] : realms,
      inviteRealms: [],
      schema,
      rejections: refused.map(rejection),
    };
    return [...withList(head, "changes", changes)];
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
