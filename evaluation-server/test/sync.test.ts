import { beforeAll, describe, expect, test } from "vitest";
import { add, Device, insert, post, remove, update, upsert } from "./device.ts";
import type { SyncAnswer } from "../src/sync/answer.ts";
import { type Installation, install } from "./installation.ts";
import type { Replica } from "./replica.ts";

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  ({ replica } = installation);
});

const alice = () => Device.of(replica, "alice@demo.local");
const bob = () => Device.of(replica, "bob@demo.local");

describe("pushing and pulling", () => {
  test("the answer has everything the addon needs", async () => {
    const device = await alice();
    const answer = await device.sync();
    expect(answer).toMatchObject({ dbId: "zdemo", inviteRealms: [], rejections: [] });
    expect(answer.realms).toEqual(["alice@demo.local", "rlm-public"]);
    expect(answer.schema).toEqual(device.request()["schema"]);
    expect(answer.serverRevision).toMatch(/^\[\d+,"\d+"\]$/);
  });

  test("what one device writes reaches the other, with values that JSON lacks", async () => {
    const [one, two] = [await alice(), await alice()];
    await two.sync();
    const value = {
      title: "träumen 🛌",
      when: { $t: "Date", v: "2026-01-02T03:04:05.000Z" },
      nothing: { $t: "number", v: "NaN" },
      bytes: { $t: "Uint8Array", v: "0GB|" },
      $$ts: 1,
      nul: "a\0b",
      lone: "\ud800",
    };
    one.write([insert("itm1", value)]);
    const { changes } = await one.sync();
    const stored = { id: "itm1", owner: "alice@demo.local", realmId: "alice@demo.local", ...value };
    expect(changes).toEqual([
      { table: "items", muts: [{ type: "upsert", keys: ["itm1"], values: [stored] }] },
    ]);
    await two.sync();
    expect(two.row("itm1")).toEqual(stored);
    two.write([remove("itm1")]);
    await two.sync();
    await one.sync();
    expect(one.row("itm1")).toBeUndefined();
  });

  test("a device gets only what changed since its revision, and the revision grows", async () => {
    const [one, two] = [await alice(), await alice()];
    one.write([upsert("itm-old")]);
    await one.sync();
    await two.sync();
    const before = two.revision;
    one.write([upsert("itm-new")]);
    await one.sync();
    const { changes } = await two.sync();
    expect(changes.flatMap(({ muts }) => muts.flatMap(({ keys }) => keys))).toEqual(["itm-new"]);
    expect(two.revision).not.toBe(before);
    expect((await two.sync()).changes).toEqual([]);
  });

  test("updates change key paths, delete properties and leave the rest alone", async () => {
    const device = await alice();
    device.write([insert("itm-u", { address: { city: "Umeå", street: "x" }, done: false, $$a: 1 })]);
    device.write([
      update("itm-u", { "address.city": "Stockholm", done: { $t: "undefined" }, "new.deep": 1, $$a: 2 }),
    ]);
    await device.sync();
    expect(device.row("itm-u")).toMatchObject({
      address: { city: "Stockholm", street: "x" },
      new: { deep: 1 },
      $$a: 2,
    });
    expect(device.row("itm-u")).not.toHaveProperty("done");
  });

  test("compound keys travel as text", async () => {
    const device = await alice();
    const key = '["2024-01-01",7]';
    const op = { type: "upsert", keys: [key], values: [{ day: "2024-01-01", n: 7 }] };
    device.write([op], "days");
    await device.sync();
    expect(device.rows("days")[key]).toMatchObject({ day: "2024-01-01", n: 7 });
  });
});

describe("transactions", () => {
  test("are applied once, however often the answer gets lost", async () => {
    const device = await alice();
    device.write([upsert("itm-once", { count: 0 })]);
    await device.sync();
    device.write([update("itm-once", { count: add(1) })]);
    await device.syncInVain();
    await device.syncInVain();
    await Promise.all([device.syncInVain(), device.syncInVain()]);
    await device.sync();
    expect(device.row("itm-once")).toMatchObject({ count: 1 });
  });

  test("span tables and are refused as a whole, with what is true instead", async () => {
    const device = await alice();
    device.write([upsert("itm-kept", { title: "before" })]);
    await device.sync();
    device.writeTables([
      { table: "items", muts: [update("itm-kept", { title: "after" }), insert("itm-refused")] },
      { table: "lists", muts: [insert("lst1", { realmId: "bob@demo.local" })] },
    ]);
    const { rejections } = await device.sync();
    expect(rejections.map(({ message }) => message)).toEqual(["Refused: foreign realm"]);
    expect(device.row("itm-kept")).toMatchObject({ title: "before" });
    expect(device.row("itm-refused")).toBeUndefined();
    expect(device.row("lst1", "lists")).toBeUndefined();
    const told = await replica.logged(({ refused }) => refused !== undefined);
    expect(told["refused"]).toEqual({ "foreign realm": 1 });
  });

  test("of the upload after a login keep all rows but those that cannot be taken", async () => {
    const [mine, theirs] = [await alice(), await bob()];
    const taken = '["2024-02-02",7]';
    mine.write([upsert(taken)], "days");
    await mine.sync();
    const upload = (table: string, ...keys: string[]) => ({
      table,
      muts: [
        {
          type: "upsert",
          keys,
          values: keys.map((id) => ({ id, realmId: "bob@demo.local" })),
          txid: "upload-x",
        },
      ],
    });
    const body = {
      ...theirs.request(),
      changes: [upload("days", '["2024-02-01",7]', taken), upload("items", "itm-made-before")],
    };
    const response = await post(`${replica.origin}/zdemo/sync`, body, {
      authorization: `Bearer ${theirs.token}`,
    });
    const { rejections, changes } = (await response.json()) as SyncAnswer;
    expect(rejections).toEqual([{ name: "Refused", message: "Refused: foreign realm", txid: "upload-x" }]);
    expect(changes.flatMap(({ muts }) => muts.filter(({ type }) => type === "delete"))).toEqual([
      { type: "delete", keys: [taken] },
    ]);
    await theirs.sync();
    expect(Object.keys(theirs.rows("days"))).toEqual(['["2024-02-01",7]']);
    expect(theirs.row("itm-made-before")).toBeDefined();
  });

  test("are carried out in the order of their numbers", async () => {
    const device = await alice();
    device.writeTables([
      { table: "items", muts: [insert("itm-o", { n: 1 }), remove("itm-o"), insert("itm-o", { n: 2 })] },
    ]);
    await device.sync();
    expect(device.row("itm-o")).toMatchObject({ n: 2 });
  });

  test.each([
    ["nul", "a\0b"],
    ["too long", "k".repeat(1_501)],
    ["empty", ""],
    ["lone surrogate", "k\ud800"],
    ["private of another", "#theme:bob@demo.local"],
  ])("with a key that cannot be stored are refused: %s", async (_what, key) => {
    const device = await alice();
    device.write([upsert(key)]);
    const { rejections, changes } = await device.sync();
    expect(rejections).toHaveLength(1);
    expect(changes.flatMap(({ muts }) => muts)).toContainEqual({ type: "delete", keys: [key] });
  });
});

test("what is deleted by a key that no object can have keeps a device from nothing", async () => {
  const device = await alice();
  device.write([{ ...remove(""), keys: [5, { $t: "Date", v: "x" }] as never }, upsert("itm-beside")]);
  const { rejections } = await device.sync();
  expect(rejections).toEqual([]);
  expect(device.row("itm-beside")).toBeDefined();
});

describe("consistent modifications", () => {
  test("of two devices merge", async () => {
    const [one, two] = [await alice(), await alice()];
    one.write([upsert("itm-m", { count: 10, tags: ["b"], path: "home/x" })]);
    await one.sync();
    await two.sync();
    one.write([update("itm-m", { count: add(5), tags: add(["c"]) })]);
    two.write([update("itm-m", { count: add(-2), tags: { $t: "PropModification", add: ["a"] } })]);
    two.write([update("itm-m", { path: { "@@propmod": { replacePrefix: ["home/", "away/"] } } })]);
    two.write([update("itm-m", { tags: { "@@propmod": { remove: ["b"] } } })]);
    await Promise.all([one.sync(), two.sync()]);
    await Promise.all([one.sync(), two.sync()]);
    const merged = { count: 13, tags: ["a", "c"], path: "away/x" };
    expect(one.row("itm-m")).toMatchObject(merged);
    expect(two.row("itm-m")).toEqual(one.row("itm-m"));
  });

  test("by a where clause act on the keys that the client found", async () => {
    const device = await alice();
    device.write([upsert("itm-w1", { n: 1 }), upsert("itm-w2", { n: 2 })]);
    const criteria = { index: "n", range: { type: 2, lower: 0, upper: 9 } };
    device.write([{ type: "modify", keys: ["itm-w1", "itm-w2"], criteria, changeSpec: { n: add(10) } }]);
    device.write([{ type: "delete", keys: ["itm-w2"], criteria }]);
    await device.sync();
    expect(device.row("itm-w1")).toMatchObject({ n: 11 });
    expect(device.row("itm-w2")).toBeUndefined();
  });

  test("reach clients as plain values only", async () => {
    const device = await alice();
    device.write([upsert("itm-p", { fresh: add(3), tags: add(["x"]) })]);
    await device.sync();
    expect(device.row("itm-p")).toMatchObject({ fresh: 3, tags: ["x"] });
    expect(JSON.stringify(device.rows())).not.toContain("propmod");
  });
});

describe("realms", () => {
  test("keep users apart: nothing of another user is read, changed or taken over", async () => {
    const [mine, theirs] = [await alice(), await bob()];
    mine.write([upsert("itm-secret", { title: "alice's alone" })]);
    await mine.sync();
    for (const op of [
      update("itm-secret", { title: "bob was here" }),
      upsert("itm-secret", { title: "bob was here" }),
      insert("itm-secret"),
      remove("itm-secret"),
      upsert("itm-into", { realmId: "alice@demo.local" }),
      upsert("itm-owner", { realmId: "rlm-public" }),
      { type: "modify", keys: ["itm-secret"], changeSpec: { realmId: "bob@demo.local" } },
    ]) {
      theirs.write([op]);
      const answer = await theirs.sync();
      expect(answer.rejections).toHaveLength(1);
      expect(JSON.stringify(answer.changes)).not.toContain("alice's alone");
    }
    await mine.sync();
    expect(mine.row("itm-secret")).toMatchObject({ title: "alice's alone", owner: "alice@demo.local" });
    expect(mine.row("itm-into")).toBeUndefined();
    const fresh = await bob();
    await fresh.sync();
    expect(JSON.stringify(fresh.rows())).not.toContain("alice");
  });

  test("that a client claims to know already give it nothing", async () => {
    const thief = await bob();
    const { serverRevision } = await thief.sync();
    const body = {
      ...thief.request(),
      lastPull: {
        serverRevision: serverRevision.replace(/"\d+"/, '"0"'),
        realms: ["alice@demo.local", "rlm-public"],
        inviteRealms: [],
      },
    };
    const response = await post(`${replica.origin}/zdemo/sync`, body, {
      authorization: `Bearer ${thief.token}`,
    });
    const answer = (await response.json()) as { realms: string[]; changes: unknown };
    expect(answer.realms).toEqual(["bob@demo.local", "rlm-public"]);
    expect(JSON.stringify(answer.changes)).not.toContain("alice");
  });

  test("of anonymous clients are the public one; who wants to write needs a token", async () => {
    const nobody = new Device(replica, undefined);
    const { realms, changes } = await nobody.sync();
    expect(realms).toEqual(["rlm-public"]);
    expect(changes).toEqual([]);
    nobody.write([insert("itm-anon")]);
    expect((await nobody.send()).status).toBe(401);
  });

  test("take the identity from the token and not from the operation", async () => {
    const device = await bob();
    device.write([{ ...upsert("itm-id"), userId: "alice@demo.local" }]);
    await device.sync();
    expect(device.row("itm-id")).toMatchObject({ owner: "bob@demo.local", realmId: "bob@demo.local" });
  });
});

test("a private singleton is one per user", async () => {
  const [mine, theirs] = [await alice(), await bob()];
  mine.write([upsert("#theme:alice@demo.local", { dark: true })], "settings");
  theirs.write([upsert("#theme:bob@demo.local", { dark: false })], "settings");
  await mine.sync();
  await theirs.sync();
  expect(mine.row("#theme:alice@demo.local", "settings")).toMatchObject({ dark: true });
  expect(Object.keys(theirs.rows("settings"))).toEqual(["#theme:bob@demo.local"]);
});
