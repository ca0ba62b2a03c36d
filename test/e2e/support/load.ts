// Many writers that speak the wire format, and remember what the server acknowledged.
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { SyncAnswer } from "../../../evaluation-server/src/sync/answer.ts";
import { ask, demoToken, type Answer } from "./https.ts";

export interface Load {
  /** Stops writing; resolves when every write has its answer. */
  stop(): Promise<LoadReport>;
  /** Resolves when so many more writes are acknowledged. */
  acknowledge(more: number): Promise<void>;
}

export interface LoadReport {
  /** With this its keys begin. */
  readonly load: string;
  readonly acknowledged: readonly string[];
  /** Requests that got no answer, or another one than 200. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** Transactions that a writer sends in one request, as a device does that made them while it was busy. */
const batch = 4;
/** Each writer's time between two requests: with its batch 20 writes a second, as far as the machine can. */
const pause = 200;

/** The key of the counter that every write of a load adds one to. */
const counterOf = (load: string): string => `${load}-counter`;

/** Starts as many writers as a user: each write adds an object and counts, in one transaction, and is sent until it is acknowledged. */
export async function startLoad(user: string, writers: number): Promise<Load> {
  const load = `load-${randomUUID()}`;
  const token = await demoToken(user);
  const acknowledged: string[] = [];
  const failures: string[] = [];
  const started = performance.now();
  let stopping = false;

  async function send(writer: Writer): Promise<void> {
    const keys = Array.from({ length: batch }, () => `${load}-${randomUUID()}`);
    const body = writer.request(load, keys);
    for (;;) {
      const answer = await sync(body, token).catch((error: unknown) => String(error));
      if (typeof answer !== "string" && answer.status === 200) {
        writer.take(JSON.parse(answer.body) as SyncAnswer);
        acknowledged.push(...keys);
        return;
      }
      failures.push(typeof answer === "string" ? answer : `${answer.status} ${answer.body}`);
      await setTimeout(pause);
    }
  }

  async function run(writer: Writer): Promise<void> {
    while (!stopping) {
      await Promise.all([send(writer), setTimeout(pause)]);
    }
  }

  const first = new Writer();
  await send(first);
  const running = [first, ...Array.from({ length: writers - 1 }, () => first.another())].map(run);
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(running);
      return { load, acknowledged, failures, seconds: (performance.now() - started) / 1000 };
    },
    acknowledge: async (more) => {
      const enough = acknowledged.length + more;
      while (acknowledged.length < enough) await setTimeout(20);
    },
  };
}

const sync = (body: string, token: string): Promise<Answer> =>
  ask("POST", "/zdemo/sync", body, {
    "content-type": "application/tson",
    // As pages of applications do: the server looks for it on the white list of the database.
    origin: "https://app.example.com",
    authorization: `Bearer ${token}`,
  });

/** A device that only writes. It keeps its place in the history, so that answers stay small. */
class Writer {
  readonly #identity = randomUUID();
  #lastPull: object | undefined;

  /** A writer that knows what this one knows. */
  another(): Writer {
    const other = new Writer();
    other.#lastPull = this.#lastPull;
    return other;
  }

  take({ serverRevision, realms, inviteRealms }: SyncAnswer): void {
    this.#lastPull = { serverRevision, realms, inviteRealms };
  }

  request(load: string, keys: readonly string[]): string {
    return JSON.stringify({
      v: 3,
      clientIdentity: this.#identity,
      schema: {},
      ...(this.#lastPull && { lastPull: this.#lastPull }),
      baseRevs: [],
      changes: keys.map((key) => ({ table: "load", muts: write(load, key) })),
      y: [],
    });
  }
}

/** One transaction: an object, and one more on the counter. */
function write(load: string, key: string): object[] {
  const txid = randomUUID();
  const counter = counterOf(load);
  const changeSpecs = [{ count: { "@@propmod": { add: 1 } } }];
  return [
    { type: "insert", keys: [key], values: [{ id: key }], txid, opNo: 1 },
    { type: "upsert", keys: [counter], values: [{ id: counter, count: 1 }], changeSpecs, txid, opNo: 2 },
  ];
}

/** What the server holds of a load, as a device sees it that comes new. */
export async function heldOf(load: string, user: string): Promise<{ keys: Set<string>; count: number }> {
  const body = JSON.stringify({ clientIdentity: randomUUID(), schema: {}, baseRevs: [], changes: [], y: [] });
  const { status, body: text } = await sync(body, await demoToken(user));
  if (status !== 200) throw new Error(`${status} ${text}`);
  const { changes } = JSON.parse(text) as SyncAnswer;
  const muts = changes.filter(({ table }) => table === "load").flatMap((entry) => entry.muts);
  const rows = muts.flatMap((mut) => (mut.type === "upsert" ? mut.values : []));
  const mine = new Map(
    rows.map((row) => [row["id"] as string, row] as const).filter(([id]) => id.startsWith(load)),
  );
  return { keys: new Set(mine.keys()), count: Number(mine.get(counterOf(load))?.["count"]) };
}
