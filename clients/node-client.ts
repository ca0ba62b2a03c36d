import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Command, FromClient, Login, Request, Row, Snapshot } from "./protocol.ts";

export interface ClientOptions {
  /** Tables as Dexie writes them. */
  readonly stores?: Record<string, string>;
  /** PEM file of the authority that signed the server's certificate. */
  readonly authority?: string;
  /** Where a one-time password comes from, when the server sent one. */
  readonly readOtp?: () => Promise<string>;
}

type Predicate = (snapshot: Snapshot) => boolean;

interface Waiter {
  readonly predicate: Predicate;
  readonly found: (snapshot: Snapshot) => void;
}

const child = join(import.meta.dirname, "node-child.ts");

/** The addon itself waits 20 s after a sync that failed, and 40 s after the next one. */
const patienceMs = 120_000;

/** A device: the real dexie-cloud-addon in a process of its own. Its data is gone when it is closed. */
export class NodeClient {
  readonly #process: ChildProcess;
  readonly #replies = new Map<number, (reply: FromClient & { type: "reply" }) => void>();
  readonly #waiters = new Set<Waiter>();
  readonly #options: ClientOptions;
  #snapshot: Snapshot | undefined;
  #last = 0;
  #noise = "";

  constructor(options: ClientOptions = {}) {
    this.#options = options;
    this.#process = fork(child, {
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Rows hold dates, which JSON would turn into text.
      serialization: "advanced",
      env: { ...process.env, ...(options.authority && { NODE_EXTRA_CA_CERTS: options.authority }) },
    });
    const keep = (chunk: Buffer) => (this.#noise = (this.#noise + chunk.toString()).slice(-4_000));
    this.#process.stdout?.on("data", keep);
    this.#process.stderr?.on("data", keep);
    this.#process.on("message", (message: FromClient) => this.#receive(message));
    this.#process.on("exit", () => this.#endReplies());
  }

  /** Starts a device and opens a database on it. */
  static async open(databaseUrl: string, options: ClientOptions = {}): Promise<NodeClient> {
    const client = new NodeClient(options);
    await client.#send({ name: "open", databaseUrl, stores: options.stores ?? { items: "@id" } });
    return client;
  }

  async login(login: Login): Promise<void> {
    await this.#send({ name: "login", login });
    const user = "demo" in login ? login.demo : login.email;
    await this.waitFor(({ status }) => status.realms.includes(user) && status.phase === "in-sync", "login");
  }

  add(table: string, row: Row): Promise<string> {
    return this.#send({ name: "add", table, row }) as Promise<string>;
  }

  async update(table: string, key: string, changes: Row): Promise<void> {
    await this.#send({ name: "update", table, key, changes });
  }

  /** Adds to a number in a way that merges with what other devices add. */
  async increment(table: string, key: string, property: string, by: number): Promise<void> {
    await this.#send({ name: "increment", table, key, property, by });
  }

  async delete(table: string, key: string): Promise<void> {
    await this.#send({ name: "delete", table, key });
  }

  /** The rows of a table as last reported. */
  list(table: string): readonly Row[] {
    return this.#snapshot?.tables[table] ?? [];
  }

  status(): Snapshot["status"] | undefined {
    return this.#snapshot?.status;
  }

  async sync(): Promise<void> {
    await this.#send({ name: "sync" });
  }

  /** Makes the access token end now, so that the next sync needs another. */
  async expireToken(): Promise<void> {
    await this.#send({ name: "refresh" });
  }

  async goOffline(): Promise<void> {
    await this.#send({ name: "goOffline" });
  }

  /** Restores the network and syncs. */
  async goOnline(): Promise<void> {
    await this.#send({ name: "goOnline" });
  }

  async loseNextAnswer(): Promise<void> {
    await this.#send({ name: "loseNextAnswer" });
  }

  /** Waits until the state of the device is as wanted. */
  waitFor(predicate: Predicate, what: string): Promise<Snapshot> {
    if (this.#snapshot && predicate(this.#snapshot)) return Promise.resolve(this.#snapshot);
    return new Promise((resolve, reject) => {
      const waiter = {
        predicate,
        found: (snapshot: Snapshot) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(snapshot);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(
          new Error(`The client did not reach: ${what}\n${JSON.stringify(this.#snapshot)}\n${this.#noise}`),
        );
      }, patienceMs);
      this.#waiters.add(waiter);
    });
  }

  /** Waits until a table holds such rows. */
  waitForRows(table: string, predicate: (rows: readonly Row[]) => boolean, what: string): Promise<Snapshot> {
    return this.waitFor(({ tables }) => predicate(tables[table] ?? []), what);
  }

  /** Waits until everything written here is at the server. */
  async waitForPush(): Promise<void> {
    await this.waitFor(({ status }) => status.unsynced === 0 && status.phase === "in-sync", "all pushed");
  }

  /** Waits until the server can tell this device about changes. */
  async waitForSocket(): Promise<void> {
    await this.waitFor(({ status }) => status.webSocket === "connected", "socket connected");
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.connected) this.#process.disconnect();
    await gone;
  }

  #send(command: Command): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#replies.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value);
        else reject(new Error(`${command.name}: ${error}\n${this.#noise}`));
      });
      this.#process.send({ id, command } satisfies Request, (error) => {
        if (error) this.#endReplies();
      });
    });
  }

  #receive(message: FromClient): void {
    switch (message.type) {
      case "reply":
        this.#replies.get(message.id)?.(message);
        this.#replies.delete(message.id);
        break;
      case "snapshot":
        this.#snapshot = message.snapshot;
        for (const { predicate, found } of this.#waiters)
          if (predicate(message.snapshot)) found(message.snapshot);
        break;
      case "otp-wanted":
        void this.#options.readOtp?.().then((otp) => this.#send({ name: "otp", otp }));
        break;
    }
  }

  #endReplies(): void {
    for (const [id, reply] of this.#replies) reply({ type: "reply", id, error: "the client process ended" });
    this.#replies.clear();
  }
}
