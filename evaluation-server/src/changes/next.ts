import { requestReset } from "../store/databases.ts";
import { inSnapshot, type Pool } from "../store/pool.ts";
import { formatRevision, isLost, parseRevision, readStanding, recordEpoch } from "../store/revisions.ts";
import { pull } from "../sync/pull.ts";
import { realmSetHash, realmsOf } from "../sync/realms.ts";
import { writeChanges, writeMessage } from "./messages.ts";

/** Who is at the other end of a socket, and what it has. */
export interface Reader {
  readonly database: string;
  readonly client: string;
  readonly user: string | undefined;
  readonly revision: string;
  readonly realmSetHash: string;
}

/** What a client should hear next, as JSON; undefined when it has everything. */
export async function nextMessage(pool: Pool, reader: Reader): Promise<Buffer | undefined> {
  const { database, client, revision } = reader;
  const realms = realmsOf(reader.user);
  const hash = realmSetHash(realms);
  const sync = writeMessage({ type: "realms-changed", realmsHash: hash });
  if (reader.realmSetHash !== hash) return sync;
  await recordEpoch(pool, database);
  const answer = await inSnapshot(pool, async (on) => {
    const standing = await readStanding(on, database);
    if (!standing) return undefined;
    const { current, epochs } = standing;
    const seen = parseRevision(revision);
    if (!seen || isLost(seen, current, epochs)) return "lost";
    // Clients do not tell here how far their own writes carried them: one that tells of another epoch may be further.
    if (seen.epoch !== current.epoch) return sync;
    if (seen.number === current.number) return undefined;
    const changes = await pull(on, database, { realms, known: realms, since: seen.number, touched: [] });
    if (changes.length === 0) return undefined;
    const newRev = formatRevision(current);
    return writeChanges({ type: "changes", baseRev: revision, newRev, realmSetHash: hash }, changes);
  });
  if (answer !== "lost") return answer;
  await requestReset(pool, database, client);
  return sync;
}
