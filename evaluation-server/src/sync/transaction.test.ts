import { describe, expect, it } from "vitest";
import type { Stored } from "../store/objects.ts";
import type { ClientTransaction, Operation } from "./request.ts";
import { carryOut } from "./transaction.ts";

const upsert = (...keys: string[]): Operation => ({
  type: "upsert",
  keys,
  values: keys.map((id) => ({ id })),
});
const stored = (key: string, realm: string): Stored => ({
  table: "items",
  key,
  realm,
  value: { id: key, owner: realm, realmId: realm },
});
const transaction = (txid: string, ...operations: Operation[]): ClientTransaction => ({
  txid,
  operations: operations.map((operation) => ({ table: "items", operation })),
});

const taken = [stored("taken", "bob")];
const rows = [upsert("first", "taken", ""), upsert("last")];

describe("what cannot be taken", () => {
  it("refuses a transaction as a whole", () => {
    expect(carryOut(transaction("tx", ...rows), taken, "alice")).toEqual({
      changes: [],
      refusals: ["foreign realm"],
    });
  });

  it("costs the upload after a login no other row", () => {
    const { changes, refusals } = carryOut(transaction("upload-1", ...rows), taken, "alice");
    expect(changes.map(({ key }) => key)).toEqual(["first", "last"]);
    expect(refusals).toEqual(["foreign realm", "invalid key"]);
  });

  it("refuses as a whole what only looks like an upload", () => {
    const update: Operation = { type: "update", keys: ["first"], changeSpecs: [{ realmId: "bob" }] };
    const { changes } = carryOut(transaction("upload-1", upsert("first"), update), [], "alice");
    expect(changes).toEqual([]);
  });
});

it.each([
  ["adds to a list", { list: { "@@propmod": { add: ["y"] } } }],
  ["takes an item from a list", { "list.1": { $t: "undefined" } }],
])("what would keep all others waiting is refused: %s, again and again", (_what, spec) => {
  const list = Array.from({ length: 100_000 }, () => "x");
  const keys = Array.from({ length: 100_000 }, () => "a");
  const made: Operation = { type: "upsert", keys: ["a"], values: [{ list }] };
  const { changes, refusals } = carryOut(
    transaction("tx", made, { type: "update", keys, changeSpecs: [spec] }),
    [],
    "alice",
  );
  expect(changes).toEqual([]);
  expect(refusals).toEqual(["too much work"]);
});

it("one change of an update is for all its keys", () => {
  const both = [stored("a", "alice"), stored("b", "alice")];
  const update: Operation = { type: "update", keys: ["a", "b"], changeSpecs: [{ done: true }] };
  const { changes } = carryOut(transaction("tx", update), both, "alice");
  expect(changes.map(({ after }) => after?.value["done"])).toEqual([true, true]);
});
