import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { NodeClient, type ClientOptions } from "../../../clients/node-client.ts";
import { type Installation, install } from "../../../evaluation-server/test/installation.ts";
import type { Replica } from "../../../evaluation-server/test/replica.ts";

let installation: Installation;
let second: Replica;
beforeAll(async () => {
  installation = await install();
  second = await installation.another();
});

const opened: NodeClient[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.close()));
});

/** A device of the real client, each on a replica of its own choice. */
async function open(replica: Replica, options?: ClientOptions): Promise<NodeClient> {
  const client = await NodeClient.open(`${replica.origin}/zdemo`, options);
  opened.push(client);
  return client;
}

/** Two devices of one user, on different replicas. */
async function pair(user: string): Promise<[NodeClient, NodeClient]> {
  const devices = [await open(installation.replica), await open(second)] as const;
  for (const device of devices) {
    await device.login({ demo: user });
    await device.waitForSocket();
  }
  return [...devices];
}

const has = (title: string) => (rows: readonly Record<string, unknown>[]) =>
  rows.some((row) => row["title"] === title);

describe("two devices with the real client", () => {
  test("sync both ways, offline edits merge after reconnecting", async () => {
    const [one, two] = await pair("alice@demo.local");
    const key = await one.add("items", { title: "from one", count: 0, a: 0, b: 0 });
    await two.waitForRows("items", has("from one"), "the item of the first device");
    await two.add("items", { title: "from two" });
    await one.waitForRows("items", has("from two"), "the item of the second device");

    await one.goOffline();
    await one.increment("items", key, "count", 5);
    await one.update("items", key, { a: 1 });
    await two.increment("items", key, "count", 3);
    await two.update("items", key, { b: 1 });
    await two.waitForPush();
    await one.goOnline();
    const merged = (rows: readonly Record<string, unknown>[]) =>
      rows.some((row) => row["id"] === key && row["count"] === 8 && row["a"] === 1 && row["b"] === 1);
    await one.waitForRows("items", merged, "all edits on the first device");
    await two.waitForRows("items", merged, "all edits on the second device");

    await two.delete("items", key);
    await one.waitForRows("items", (rows) => rows.every(({ id }) => id !== key), "the deletion");
  });

  test("apply a change once when its answer is lost", async () => {
    const [one, two] = await pair("bob@demo.local");
    const key = await one.add("items", { title: "counter", count: 0 });
    await one.waitForPush();
    await one.loseNextAnswer();
    await one.increment("items", key, "count", 1);
    await one.waitForPush();
    const once = (rows: readonly Record<string, unknown>[]) =>
      rows.some((row) => row["id"] === key && row["count"] === 1);
    await one.waitForRows("items", once, "one increment on the first device");
    await two.waitForRows("items", once, "one increment on the second device");
  });
});

test("a device whose token ends fetches another and goes on", async () => {
  const device = await open(installation.replica);
  await device.login({ demo: "alice@demo.local" });
  await device.waitForPush();
  const refreshes = () =>
    installation.replica.lines.filter(({ route }) => route === "/:database/token").length;
  const before = refreshes();
  await device.expireToken();
  await device.add("items", { title: "after the end" });
  await device.waitForPush();
  expect(refreshes()).toBeGreaterThan(before);
});

/** The processes that this one has started and that are still there. */
async function children(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return pids
    .filter((_, index) => parents[index]?.split(") ")[1]?.split(" ")[1] === `${process.pid}`)
    .map(Number);
}

test("a device whose process is killed says so, and can be closed", async () => {
  const before = await children();
  const device = await open(installation.replica);
  for (const pid of await children()) if (!before.includes(pid)) process.kill(pid, "SIGKILL");
  await expect(device.sync()).rejects.toThrow("the client process ended");
  await expect(device.sync()).rejects.toThrow("the client process ended");
  await device.close();
});

test("a user logs in with a one-time password by mail", async () => {
  const readOtp = async () => (await installation.mailbox.take()).otp;
  const device = await open(installation.replica, { readOtp });
  await device.login({ email: "dora@example.com" });
  await device.add("items", { title: "mine" });
  await device.waitForPush();
  expect(device.status()).toMatchObject({ user: "dora@example.com" });
});

test("a device goes on when its replica is killed and another takes its address", async () => {
  const device = await open(second);
  await device.login({ demo: "alice@demo.local" });
  await device.waitForSocket();
  await second.kill();
  await device.waitFor(({ status }) => status.webSocket !== "connected", "the broken socket");
  second = await installation.another({ PORT: new URL(second.origin).port });
  await device.waitForSocket();
  await device.add("items", { title: "after the change" });
  await device.waitForPush();
});

test("devices give up what a restored database lost, and neither their logins nor what they had not sent yet", async () => {
  const { postgres, replica } = installation;
  const old = await open(replica);
  await old.login({ demo: "bob@demo.local" });
  const key = await old.add("items", { title: "kept", count: 0 });
  await old.waitForPush();
  await old.waitForSocket();
  await postgres.stop();
  await postgres.keepCopy();
  await postgres.start();
  const young = await open(replica);
  await young.login({ demo: "bob@demo.local" });
  await young.add("items", { title: "lost" });
  await young.waitForPush();
  await old.waitForRows("items", has("lost"), "the item that will be lost");
  await young.goOffline();
  await young.increment("items", key, "count", 1);
  await young.add("items", { title: "not sent yet" });
  await postgres.stop();
  await postgres.restoreCopy();
  await postgres.start();
  await young.expireToken();
  await young.goOnline();
  const restored = (rows: readonly Record<string, unknown>[]) =>
    rows.some(({ id, count }) => id === key && count === 1) &&
    has("not sent yet")(rows) &&
    !has("lost")(rows);
  for (const device of [young, old])
    await device.waitForRows("items", restored, "what the restored database holds");
});
