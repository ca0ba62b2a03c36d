// A client process: the real addon on an IndexedDB in memory, told what to do by the process that forked it.
import "./node-shims.ts";
import * as network from "./node-network.ts";
import type { Command, FromClient, Login, Request, Row, Snapshot } from "./protocol.ts";

const { add, liveQuery } = await import("dexie");
const { createReplica } = await import("../evaluation-server/web/cloud.ts");

type Database = ReturnType<typeof createReplica>;
let database: Database | undefined;
let submitOtp: ((otp: string) => void) | undefined;

const send = (message: FromClient): void => void process.send?.(message);

async function snapshot(db: Database, tables: readonly string[]): Promise<Snapshot> {
  const contents = await Promise.all(
    tables.map(async (table) => [table, (await db.table(table).toArray()) as Row[]] as const),
  );
  const unsynced = await Promise.all(tables.map((table) => db.table(`$${table}_mutations`).count()));
  const { currentUser, syncState, webSocketStatus, persistedSyncState } = db.cloud;
  const persisted = persistedSyncState.value;
  return {
    tables: Object.fromEntries(contents),
    status: {
      user: currentUser.value.isLoggedIn === true ? currentUser.value.userId : undefined,
      phase: syncState.value.phase,
      error: syncState.value.error?.message,
      webSocket: webSocketStatus.value,
      serverRevision: persisted?.serverRevision,
      realms: persisted?.realms ?? [],
      unsynced: unsynced.reduce((sum, count) => sum + count, 0),
    },
  };
}

let watched: readonly string[] = [];
let telling = Promise.resolve();

/** Tells the owner the state; one telling after the other, so that the last one told is the newest. */
function tell(): Promise<void> {
  telling = telling.then(async () => {
    if (!database?.isOpen()) return;
    send({ type: "snapshot", snapshot: await snapshot(database, watched) });
  });
  return telling;
}

/** Tells the owner the state after whatever may have changed it. */
function watch(db: Database, tables: readonly string[]): void {
  watched = tables;
  liveQuery(() => snapshot(db, tables)).subscribe({
    next: () => void tell(),
    error: (error) => console.error(error),
  });
  for (const source of [db.cloud.syncState, db.cloud.webSocketStatus, db.cloud.currentUser])
    source.subscribe(() => void tell());
  db.cloud.persistedSyncState.subscribe(() => void tell());
}

async function open(databaseUrl: string, stores: Record<string, string>): Promise<void> {
  const db = createReplica("client", databaseUrl, stores);
  database = db;
  db.cloud.userInteraction.subscribe((interaction) => {
    if (interaction?.type === "otp") {
      submitOtp = (otp) => interaction.onSubmit({ otp });
      send({ type: "otp-wanted" });
    } else if (interaction) {
      // Nobody is here to read what went wrong and to close the dialog.
      console.error(interaction.alerts);
      interaction.onCancel();
    }
  });
  await db.open();
  watch(db, Object.keys(stores));
}

function opened(): Database {
  if (!database) throw new Error("The client is not open");
  return database;
}

const login = (who: Login): Promise<void> =>
  opened().cloud.login(
    "demo" in who ? { grant_type: "demo", email: who.demo } : { grant_type: "otp", email: who.email },
  );

const pull = (): Promise<void> => opened().cloud.sync({ purpose: "pull", wait: true });

async function carryOut(command: Command): Promise<unknown> {
  switch (command.name) {
    case "open":
      return open(command.databaseUrl, command.stores);
    case "login":
      return login(command.login);
    case "otp":
      return submitOtp?.(command.otp);
    case "add":
      return opened().table(command.table).add(command.row);
    case "update":
      return opened().table(command.table).update(command.key, command.changes);
    case "increment":
      return opened()
        .table(command.table)
        .update(command.key, { [command.property]: add(command.by) });
    case "delete":
      return opened().table(command.table).delete(command.key);
    case "sync":
      return pull();
    case "refresh":
      return expireToken();
    case "goOffline": {
      network.goOffline();
      return;
    }
    case "goOnline":
      network.goOnline();
      // The first one may join a sync that began without the network, and fail with it.
      return pull().catch(pull);
    case "loseNextAnswer": {
      network.loseNextAnswer();
      return;
    }
  }
}

/** Makes the client believe that its access token ends now: its next sync fetches another. */
async function expireToken(): Promise<void> {
  const { userId } = opened().cloud.currentUser.value;
  await opened()
    .table("$logins")
    .update(userId ?? "", { accessTokenExpiration: new Date() });
}

/** The state that a command led to is told before its reply. */
async function reply({ id, command }: Request): Promise<void> {
  try {
    const value = await carryOut(command);
    await tell();
    send({ type: "reply", id, value });
  } catch (error) {
    send({ type: "reply", id, error: String(error) });
  }
}

process.on("message", (request: Request) => void reply(request));
process.on("disconnect", () => process.exit(0));
