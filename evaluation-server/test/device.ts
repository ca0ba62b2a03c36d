import { randomBytes } from "node:crypto";
import type { SyncAnswer } from "../src/sync/answer.ts";
import type { JsonObject } from "../src/tson.ts";
import type { Replica } from "./replica.ts";

export interface Op extends JsonObject {
  type: string;
  keys: string[];
}

/** One entry of the changes of a sync request. */
export interface Entry {
  readonly table: string;
  readonly muts: readonly Op[];
}

export const newTxid = (): string => randomBytes(16).toString("base64");

export const insert = (key: string, value: JsonObject = {}): Op => ({
  type: "insert",
  keys: [key],
  values: [{ id: key, ...value }],
});
export const upsert = (key: string, value: JsonObject = {}): Op => ({
  ...insert(key, value),
  type: "upsert",
});
export const update = (key: string, spec: JsonObject): Op => ({
  type: "update",
  keys: [key],
  changeSpecs: [spec],
});
export const remove = (key: string): Op => ({ type: "delete", keys: [key] });
export const add = (amount: number | string[]): JsonObject => ({ "@@propmod": { add: amount } });

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** The access token of a demo user. */
export async function demoToken(replica: Replica, user: string, database = "zdemo"): Promise<string> {
  const body = { grant_type: "demo", demo_user: user, scopes: ["ACCESS_DB"] };
  const response = await post(`${replica.origin}/${database}/token`, body);
  if (response.status !== 200) throw new Error(`No token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** A client that speaks the wire format itself. It holds what the server told it, as a device does after a sync. */
export class Device {
  readonly identity = randomBytes(16).toString("base64");
  readonly token: string | undefined;
  readonly #rows = new Map<string, Map<string, JsonObject>>();
  readonly #database: string;
  #replica: Replica;
  #pending: Entry[] = [];
  #lastPull: JsonObject | undefined;

  constructor(replica: Replica, token: string | undefined, database = "zdemo") {
    this.#replica = replica;
    this.token = token;
    this.#database = database;
  }

  static async of(replica: Replica, user: string): Promise<Device> {
    return new Device(replica, await demoToken(replica, user));
  }

  get revision(): string {
    return this.#lastPull?.["serverRevision"] as string;
  }

  get realms(): string[] {
    return (this.#lastPull?.["realms"] ?? []) as string[];
  }

  /** Uses another replica from now on. */
  moveTo(replica: Replica): void {
    this.#replica = replica;
  }

  rows(table = "items"): Record<string, JsonObject> {
    return Object.fromEntries(this.#rows.get(table) ?? []);
  }

  row(key: string, table = "items"): JsonObject | undefined {
    return this.#rows.get(table)?.get(key);
  }

  /** Queues one transaction on one table for the next sync. */
  write(ops: readonly Op[], table = "items"): void {
    this.writeTables([{ table, muts: ops }]);
  }

  /** Queues one transaction on several tables for the next sync. */
  writeTables(entries: readonly Entry[]): void {
    const txid = newTxid();
    let opNo = 0;
    for (const { table, muts } of entries) {
      this.#pending.push({ table, muts: muts.map((op) => ({ ...op, txid, opNo: ++opNo })) });
    }
  }

  request(): JsonObject {
    return {
      v: 3,
      dbID: { $t: "undefined" },
      clientIdentity: this.identity,
      schema: { items: { generatedGlobalId: true, idPrefix: "itm", markedForSync: true }, $$jobs: {} },
      lastPull: this.#lastPull ?? { $t: "undefined" },
      baseRevs: [],
      changes: this.#pending as unknown as JsonObject[],
      y: [],
      dxcv: "4.4.14",
    };
  }

  send(): Promise<Response> {
    return post(`${this.#replica.origin}/${this.#database}/sync`, this.request(), {
      "content-type": "application/tson",
      accept: "application/json",
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
    });
  }

  /** Sends what is queued and takes what comes back. */
  async sync(): Promise<SyncAnswer> {
    const response = await this.send();
    if (response.status !== 200) throw new Error(`sync: ${response.status} ${await response.text()}`);
    const answer = (await response.json()) as SyncAnswer;
    this.#pending = [];
    this.take(answer.changes, answer.serverRevision);
    this.#lastPull = {
      serverRevision: answer.serverRevision,
      realms: answer.realms,
      inviteRealms: answer.inviteRealms,
    };
    return answer;
  }

  /** Sends what is queued, but the answer gets lost: everything stays queued. */
  async syncInVain(): Promise<void> {
    await (await this.send()).body?.cancel();
  }

  take(changes: SyncAnswer["changes"], revision: string): void {
    for (const { table, muts } of changes) {
      const rows = this.#rows.get(table) ?? new Map<string, JsonObject>();
      this.#rows.set(table, rows);
      for (const mut of muts) {
        for (const [index, key] of mut.keys.entries()) {
          const value = mut.type === "upsert" ? mut.values[index] : undefined;
          if (value) rows.set(key, value);
          else rows.delete(key);
        }
      }
    }
    if (this.#lastPull) this.#lastPull = { ...this.#lastPull, serverRevision: revision };
  }
}
