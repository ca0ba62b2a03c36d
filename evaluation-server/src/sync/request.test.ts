import { describe, expect, it } from "vitest";
import { parseSyncRequest } from "./request.ts";

const parse = (operation: object) =>
  parseSyncRequest({
    clientIdentity: "device",
    schema: {},
    changes: [{ table: "items", muts: [operation] }],
  });
const update = (spec: object) => ({ type: "update", keys: ["a"], changeSpecs: [spec] });
const keys = Array.from({ length: 100_000 }, (_, index) => `itm${index}`);
const words = "x".repeat(1_000);

describe("a request to sync", () => {
  it.each([
    ["a long key path", update({ [words]: 1 })],
    ["a deep key path", update({ [Array(100).fill("a").join(".")]: 1 })],
    ["a change of many objects", { type: "modify", keys, changeSpec: { done: true } }],
    ["many objects of their own", { type: "delete", keys }],
  ])("may have %s", (_what, operation) => {
    expect(parse(operation).changes).toHaveLength(1);
  });

  it.each([
    ["a longer key path", update({ [`${words}x`]: 1 })],
    ["a deeper key path", update({ [Array(101).fill("a").join(".")]: 1 })],
    ["a deeper key path, of many objects", { type: "modify", keys, changeSpec: { ["a.".repeat(101)]: 1 } }],
    [
      "a deeper key path, to put",
      { type: "upsert", keys: ["a"], values: [{}], changeSpecs: [{ [".".repeat(100)]: 1 }] },
    ],
    ["a large change of many objects", { type: "modify", keys, changeSpec: { words } }],
    [
      "a large change of one object again and again",
      { type: "update", keys: keys.fill("a"), changeSpecs: [{ words }] },
    ],
  ])("may not have %s", (_what, operation) => {
    expect(() => parse(operation)).toThrow(/^\{"error":"bad request","what":"[^x]{0,60}"\}$/);
  });

  it("is refused for its first fault, however many there are", () => {
    const changes = Array.from({ length: 100_000 }, () => ({
      table: "items",
      muts: [{ type: "other", keys: [] }],
    }));
    const wrong = { clientIdentity: "device", schema: {}, changes };
    expect(() => parseSyncRequest(wrong)).toThrow('"what":"changes.0.muts.0.type: invalid_union"');
    const values = Array.from({ length: 100_000 }, () => 1);
    expect(() => parse({ type: "insert", keys: ["a"], values })).toThrow(
      '"what":"changes.0.muts.0.values: custom"',
    );
  });
});
