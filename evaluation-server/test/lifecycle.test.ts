import { once } from "node:events";
import { request } from "node:http";
import pg from "pg";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Installation, install } from "./installation.ts";
import { add, Device, newTxid, post, remove, update, upsert } from "./device.ts";
import { initCloud, type Replica } from "./replica.ts";
import type { Postgres } from "./postgres.ts";
import { Socket, upgradeStatus } from "./socket.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});

const status = async (replica: Replica, path: string) => (await fetch(`${replica.origin}${path}`)).status;

/** How many connections wait for a lock. */
async function waiting(postgres: Postgres): Promise<number> {
  const found = await postgres.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  return found.length;
}

async function untilReady(replica: Replica): Promise<void> {
  while ((await status(replica, "/ready")) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A sync whose body is sent when told: until then the server has it under way. */
async function slowSync(replica: Replica, device: Device) {
  const started = request(`${replica.origin}/zdemo/sync`, {
    method: "POST",
    headers: {
      "content-type": "application/tson",
      authorization: `Bearer ${device.token}`,
      expect: "100-continue",
    },
  });
  started.flushHeaders();
  await once(started, "continue");
  return {
    finish: () => void started.end(JSON.stringify(device.request())),
    status: new Promise<number | undefined>((resolve, reject) => {
      started.on("response", (response) => resolve(response.resume().statusCode));
      started.on("error", reject);
    }),
  };
}

describe("stopping", () => {
  test("finishes what is under way, closes sockets with a code and ends with 0", async () => {
    const replica = await installation.another();
    const device = await Device.of(replica, "alice@demo.local");
    await device.sync();
    const socket = await Socket.of(device, replica);
    device.write([upsert("itm-last")]);
    const slow = await slowSync(replica, device);
    replica.signal("SIGTERM");
    await replica.logged(({ msg }) => msg === "stopping");
    expect(await status(replica, "/ready")).toBe(503);
    expect(await status(replica, "/health")).toBe(200);
    expect(await socket.closeCode()).toBe(1001);
    slow.finish();
    expect(await slow.status).toBe(200);
    expect(await replica.ended()).toBe(0);

    const other = await Device.of(installation.replica, "alice@demo.local");
    await other.sync();
    expect(other.row("itm-last")).toBeDefined();
  });

  test("takes no time on the signal of a terminal", async () => {
    const replica = await installation.another();
    replica.signal("SIGINT");
    expect(await replica.ended()).toBe(0);
  });
});

describe("a restart", () => {
  test("loses nothing, also when the server is killed", async () => {
    const replica = await installation.another();
    const device = await Device.of(replica, "alice@demo.local");
    device.write([upsert("itm-kept", { n: 1 })]);
    await device.sync();
    device.write([update("itm-kept", { n: add(1) })]);
    await device.syncInVain();
    await replica.kill();

    const next = await installation.another();
    device.moveTo(next);
    const socket = await Socket.of(device, next);
    await socket.takeChanges(device);
    await device.sync();
    expect(device.row("itm-kept")).toMatchObject({ n: 2 });
    socket.close();
  });

  test("of init-cloud changes nothing", async () => {
    const device = await Device.of(installation.replica, "alice@demo.local");
    await device.sync();
    await Promise.all([initCloud(installation.postgres.url), initCloud(installation.postgres.url)]);
    expect((await device.sync()).changes).toEqual([]);
  });
});

test("init-cloud fails no request that is under way", async () => {
  const { replica, postgres } = installation;
  const devices = await Promise.all(Array.from({ length: 8 }, () => Device.of(replica, "alice@demo.local")));
  let initialising = true;
  const statuses = new Set<number>();
  const write = async (device: Device) => {
    while (initialising) {
      device.write([upsert(`itm-${newTxid()}`), upsert("itm-shared")]);
      statuses.add((await device.send()).status);
    }
  };
  const writing = devices.map(write);
  for (let time = 0; time < 3; time++) await initCloud(postgres.url);
  initialising = false;
  await Promise.all(writing);
  expect([...statuses]).toEqual([200]);
});

test("a server whose database connections are all in use is ready, and serves when one is free", async () => {
  const { postgres, replica } = installation;
  const device = await Device.of(replica, "alice@demo.local");
  device.write([upsert("itm-queued")]);
  const holder = new pg.Client({ connectionString: postgres.url });
  await holder.connect();
  await holder.query("BEGIN; SELECT FROM dexie_cloud.databases FOR UPDATE");
  const queued = Array.from({ length: 15 }, () => device.send());
  await expect.poll(() => waiting(postgres), { timeout: 30_000 }).toBe(10);
  expect(await status(replica, "/ready")).toBe(200);
  await holder.end();
  for (const answer of await Promise.all(queued)) expect(answer.status).toBe(200);
});

describe("an outage of the database", () => {
  beforeEach(async () => {
    await untilReady(installation.replica);
  });

  test("is seen by /ready, not by /health, and ends by itself", async () => {
    const { replica, postgres } = installation;
    const [writer, reader] = [
      await Device.of(replica, "alice@demo.local"),
      await Device.of(replica, "alice@demo.local"),
    ];
    await writer.sync();
    await reader.sync();
    const socket = await Socket.of(reader, replica);
    await postgres.stop();
    expect(await status(replica, "/ready")).toBe(503);
    expect(await status(replica, "/health")).toBe(200);
    await replica.logged(({ msg }) => msg.startsWith("not hearing of changes"));

    // A sync of this moment waits for the database, and so does one of a page.
    writer.write([upsert("itm-outage", { n: 1 })]);
    const patient = writer.sync();
    const page = post(`${replica.origin}/zdemo/sync`, reader.request(), {
      origin: "https://app.example.com",
    });
    await postgres.start();
    await patient;
    expect((await page).status).toBe(200);
    await untilReady(replica);
    await socket.takeChanges(reader);
    expect(reader.row("itm-outage")).toMatchObject({ n: 1 });
    socket.close();
  });

  test("that lasts is told by 503, and what was sent can be sent again", async () => {
    const { replica, postgres } = installation;
    const device = await Device.of(replica, "alice@demo.local");
    device.write([upsert("itm-again", { n: 1 })]);
    await postgres.stop();
    const [answer, upgrade] = await Promise.all([
      device.send(),
      upgradeStatus(replica, { token: device.token }),
    ]);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(upgrade).toBe(503);
    await postgres.start();
    await untilReady(replica);
    await device.sync();
    expect(device.row("itm-again")).toMatchObject({ n: 1 });
  });

  test("leaves the server able to stop", async () => {
    const replica = await installation.another();
    await installation.postgres.stop();
    replica.signal("SIGINT");
    expect(await replica.ended()).toBe(0);
    await installation.postgres.start();
  });
});

test("a database without tables, or with those of another version, is not ready", async () => {
  const { postgres } = installation;
  await postgres.query("CREATE DATABASE empty");
  const url = postgres.url.replace(/postgres$/, "empty");
  const replica = await installation.another({ DEXIE_CLOUD: url });
  const problem = async () =>
    ((await (await fetch(`${replica.origin}/ready`)).json()) as { problem?: string }).problem;
  expect(await problem()).toBe("the tables are missing: run init-cloud");
  await initCloud(url);
  expect(await problem()).toBeUndefined();
  await postgres.query("UPDATE dexie_cloud.meta SET version = version + 1", [], url);
  expect(await problem()).toBe("the tables are of another version");
});

test("a restored database gives devices that have seen more what it holds", async () => {
  const { postgres, replica } = installation;
  await untilReady(replica);
  const [ahead, other] = [
    await Device.of(replica, "bob@demo.local"),
    await Device.of(replica, "bob@demo.local"),
  ];
  ahead.write([upsert("itm-before", { n: 1 })]);
  await ahead.sync();
  await other.sync();
  await postgres.stop();
  await postgres.keepCopy();
  await postgres.start();
  await untilReady(replica);
  ahead.write([upsert("itm-lost"), update("itm-before", { n: 2 })]);
  await ahead.sync();
  await postgres.stop();
  await postgres.restoreCopy();
  await postgres.start();
  await untilReady(replica);

  // The same revision number is given out again, for something else.
  other.write([upsert(`itm-${newTxid()}`)]);
  await other.sync();
  const socket = await Socket.of(ahead, replica);
  expect(await socket.next()).toMatchObject({ type: "realms-changed" });
  const dropping = await ahead.sync();
  expect(dropping.realms).toEqual([]);
  const fresh = new Device(replica, ahead.token);
  await fresh.sync();
  expect(fresh.row("itm-before")).toMatchObject({ n: 1 });
  expect(fresh.row("itm-lost")).toBeUndefined();

  // What goes between the answer that lets it drop everything and its next one is not missed.
  expect(ahead.row("itm-before")).toBeDefined();
  other.write([remove("itm-before")]);
  await other.sync();
  await ahead.sync();
  expect(ahead.row("itm-before")).toBeUndefined();
  socket.close();
});

test("a restored database is told to a device whose socket does not know that it has seen more", async () => {
  const { postgres, replica } = installation;
  const device = await Device.of(replica, "bob@demo.local");
  device.write([upsert("itm-kept")]);
  await device.sync();
  const known = device.revision;
  await postgres.stop();
  await postgres.keepCopy();
  await postgres.start();
  await untilReady(replica);
  device.write([upsert("itm-given-up")]);
  await device.sync();
  await postgres.stop();
  await postgres.restoreCopy();
  await postgres.start();
  await untilReady(replica);

  const socket = await Socket.open(replica, device);
  socket.ready(device, known);
  expect(await socket.next()).toMatchObject({ type: "realms-changed" });
  await device.sync();
  socket.ready(device);
  expect(await socket.next()).toMatchObject({ type: "realms-changed" });
  expect((await device.sync()).realms).toEqual([]);
  socket.close();
});

test("a database that is restored twice is told of as well, though PostgreSQL numbers both time lines alike", async () => {
  const { postgres, replica } = installation;
  const device = await Device.of(replica, "bob@demo.local");
  await device.sync();
  await postgres.stop();
  await postgres.keepCopy();
  for (const key of ["itm-of-the-first", "itm-of-the-second"]) {
    await postgres.restoreCopy();
    await postgres.start();
    await untilReady(replica);
    const writer = await Device.of(replica, "bob@demo.local");
    writer.write([upsert(key)]);
    await writer.sync();
    if (key === "itm-of-the-first") {
      await device.sync();
      await postgres.stop();
    }
  }
  const socket = await Socket.of(device, replica);
  expect(await socket.next()).toMatchObject({ type: "realms-changed" });
  socket.close();
});
