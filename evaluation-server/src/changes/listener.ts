import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { closeSoon } from "../store/pool.ts";
import { channel, type Notice, parseNotice } from "../store/notify.ts";

export interface Listener {
  stop(): Promise<void>;
}

const checkEvery = 15_000;

export interface ListenerEvents {
  onNotice(notice: Notice): void;
  /** Notices may have been missed: look at everything again. */
  onConnected(): void;
  onTrouble(error: unknown): void;
}

/** Hears about commits on all replicas, over one connection that is opened again whenever it breaks. */
export function listen(connectionString: string, events: ListenerEvents): Listener {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function connection(): Promise<void> {
    const client = new pg.Client({
      connectionString,
      application_name: "dexie-cloud-evaluation-server listener",
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    const broken = new Promise<never>((_, reject) => {
      client.on("error", reject);
      client.on("end", () => reject(new Error("The connection ended")));
    });
    broken.catch(() => undefined);
    client.on("notification", ({ payload }) => {
      const notice = parseNotice(payload);
      if (notice) events.onNotice(notice);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      events.onConnected();
      for (;;) {
        await Promise.race([broken, setTimeout(checkEvery, undefined, { signal })]);
        await client.query("SELECT");
      }
    } finally {
      await closeSoon(client);
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      try {
        await connection();
      } catch (error) {
        if (signal.aborted) return;
        events.onTrouble(error);
        await setTimeout(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
