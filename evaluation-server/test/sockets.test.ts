import { beforeAll, describe, expect, test } from "vitest";
import { sealClaims } from "../src/tokens/access.ts";
import { Device, demoToken, update, upsert } from "./device.ts";
import { type Installation, install } from "./installation.ts";
import { type Replica, secret } from "./replica.ts";
import { answerTo, Socket, upgradeStatus } from "./socket.ts";

let installation: Installation;
let first: Replica;
let second: Replica;
beforeAll(async () => {
  installation = await install();
  first = installation.replica;
  second = await installation.another();
});

async function synced(replica: Replica, user = "alice@demo.local"): Promise<Device> {
  const device = await Device.of(replica, user);
  await device.sync();
  return device;
}

const claims = { database: "zdemo", sub: "alice@demo.local", scopes: ["ACCESS_DB" as const] };

describe("changes", () => {
  test("reach a client of the other replica without a request of its own", async () => {
    const [writer, reader] = [await synced(first), await synced(second)];
    const socket = await Socket.of(reader, second);
    writer.write([upsert("itm1", { n: 1 })]);
    await writer.sync();
    await socket.takeChanges(reader);
    expect(reader.row("itm1")).toMatchObject({ n: 1 });
    writer.write([update("itm1", { n: 2 })]);
    await writer.sync();
    await socket.takeChanges(reader);
    expect(reader.row("itm1")).toMatchObject({ n: 2 });
    expect(reader.revision).toBe(writer.revision);
    socket.close();
  });

  test("made before the socket was open are sent when the client says where it is", async () => {
    const [writer, reader] = [await synced(first), await synced(first)];
    writer.write([upsert("itm2")]);
    await writer.sync();
    const socket = await Socket.of(reader, first);
    await socket.takeChanges(reader);
    expect(reader.row("itm2")).toBeDefined();
    socket.close();
  });

  test("of many transactions come together when the client was busy", async () => {
    const [writer, reader] = [await synced(first), await synced(second)];
    const socket = await Socket.of(reader, second);
    writer.write([upsert("itm3", { n: 0 })]);
    await writer.sync();
    const message = await socket.next();
    for (let n = 1; n <= 5; n++) {
      writer.write([update("itm3", { n })]);
      await writer.sync();
    }
    if (message.type !== "changes") throw new Error(message.type);
    reader.take(message.changes, message.newRev);
    socket.ready(reader);
    await socket.takeChanges(reader);
    expect(reader.row("itm3")).toMatchObject({ n: 5 });
    socket.close();
  });

  test("of another user are not heard of", async () => {
    const [bob, alice, reader] = [
      await synced(first, "bob@demo.local"),
      await synced(first),
      await synced(second),
    ];
    const socket = await Socket.of(reader, second);
    bob.write([upsert("itm-bob")]);
    await bob.sync();
    alice.write([upsert("itm-alice")]);
    await alice.sync();
    await socket.takeChanges(reader);
    expect(reader.row("itm-alice")).toBeDefined();
    expect(JSON.stringify(reader.rows())).not.toContain("bob");
    socket.close();
  });

  test("are preceded by a sync when the client has other realms", async () => {
    const socket = await Socket.open(first, { token: await demoToken(first, "alice@demo.local") });
    socket.send({ type: "ready", rev: '[1,"0"]', realmSetHash: "other" });
    expect(await socket.next()).toMatchObject({ type: "realms-changed" });
    socket.close();
  });
});

describe("a socket", () => {
  test("answers pings after a while, however many at once", async () => {
    const socket = await Socket.open(first, {});
    for (let time = 0; time < 2; time++) {
      const started = performance.now();
      for (let ping = 0; ping < 100; ping++) socket.send({ type: "ping" });
      expect(await socket.next()).toEqual({ type: "pong" });
      expect(performance.now() - started).toBeGreaterThan(240);
    }
    socket.close();
  });

  test("is closed when the client asks for more and does not read", async () => {
    const [writer, reader] = [await synced(first, "bob@demo.local"), await synced(first, "bob@demo.local")];
    writer.write([upsert("itm-large", { text: "x".repeat(9_000_000) })]);
    await writer.sync();
    const socket = await Socket.open(first, reader);
    socket.stopReading();
    const isOpen = () => {
      socket.ready(reader);
      return socket.isOpen;
    };
    // Each time leaves the server the time to send what was asked for before.
    await expect.poll(isOpen, { interval: 1_000, timeout: 30_000 }).toBe(false);
  });

  test("outlives notices that no server sent", async () => {
    const [writer, reader] = [await synced(first), await synced(second)];
    const socket = await Socket.of(reader, second);
    for (const payload of ["", "nonsense", "null", '{"database":1}'])
      await installation.postgres.query("SELECT pg_notify('dexie_cloud_changes', $1)", [payload]);
    writer.write([upsert("itm-noticed")]);
    await writer.sync();
    await socket.takeChanges(reader);
    expect(reader.row("itm-noticed")).toBeDefined();
    socket.close();
  });

  test("tells a client whose token has expired, and nothing else", async () => {
    const token = sealClaims(secret, { ...claims, expires: Date.now() - 1 });
    const socket = await Socket.open(first, { token });
    socket.send({ type: "ready", rev: '[1,"0"]', realmSetHash: "any" });
    expect(await socket.next()).toEqual({ type: "token-expired" });
    socket.send({ type: "ping" });
    expect(await socket.next()).toEqual({ type: "pong" });
    socket.close();
  });

  test("tells when a token expires while it is open, and ends when the client gets no other one", async () => {
    const token = sealClaims(secret, { ...claims, expires: Date.now() + 300 });
    const socket = await Socket.open(first, { token });
    expect(await socket.next()).toEqual({ type: "token-expired" });
    socket.send({ type: "ready", rev: '[1,"0"]', realmSetHash: "any" });
    expect(await socket.closeCode()).toBe(1008);
  });

  test.each(["not json", '{"type":"other"}', '{"type":"ready"}', "[]"])(
    "is closed on %j",
    async (message) => {
      const socket = await Socket.open(first, {});
      socket.send(message);
      expect(await socket.closeCode()).toBe(1008);
    },
  );

  test("is closed on a message above the limit", async () => {
    const socket = await Socket.open(first, {});
    socket.send("x".repeat(70_000));
    expect(await socket.closeCode()).toBe(1009);
  });

  test("is refused without the right to it", async () => {
    const token = sealClaims(secret, { ...claims, expires: Date.now() + 60_000 });
    const foreign = sealClaims(secret, { ...claims, database: "zother", expires: Date.now() + 60_000 });
    const unfit = sealClaims(secret, { ...claims, scopes: ["CONNECT_CLIENT"], expires: Date.now() + 60_000 });
    expect(await upgradeStatus(first, { token })).toBe(101);
    expect(await upgradeStatus(first, { token: `${token}x` })).toBe(401);
    expect(await upgradeStatus(first, { token: foreign })).toBe(401);
    expect(await upgradeStatus(first, { token: unfit })).toBe(401);
    expect(await upgradeStatus(first, { database: "zother" })).toBe(404);
    expect(await upgradeStatus(first, { identity: "" })).toBe(400);
    expect(await upgradeStatus(first, { database: "[" })).toBe(404);
    expect(await answerTo(first, "http://[/zdemo/changes")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await upgradeStatus(first, { origin: first.origin })).toBe(101);
    expect(await upgradeStatus(first, { origin: "https://evil.example.com" })).toBe(403);
  });
});
