import { expect, test } from "vitest";
import { change, operate, type ChangeSpec } from "./operations.ts";
import type { Json, JsonObject } from "./tson.ts";

const modify = (modification: JsonObject): Json => ({ "@@propmod": modification });
const nan = { $t: "number", v: "NaN" };

test.each<[string, JsonObject, ChangeSpec, JsonObject]>([
  ["sets a property", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ["sets a nested one", { a: { b: 1, c: 2 } }, { "a.b": 3 }, { a: { b: 3, c: 2 } }],
  ["makes objects on the way", {}, { "a.b.c": 1 }, { a: { b: { c: 1 } } }],
  ["replaces what is no object on the way", { a: [1] }, { "a.b": 1 }, { a: { b: 1 } }],
  ["deletes", { a: 1, b: 2 }, { a: { $t: "undefined" } }, { b: 2 }],
  ["deletes nothing where nothing is", { b: 2 }, { "a.c": { $t: "undefined" } }, { b: 2 }],
  ["finds escaped properties", { $$a: 1 }, { $$a: 2 }, { $$a: 2 }],
  ["finds escaped properties in a path", { $$a: { $$b: 1 } }, { "$$a.$b": 2 }, { $$a: { $$b: 2 } }],
  ["adds to a number", { n: 1 }, { n: modify({ add: 2 }) }, { n: 3 }],
  ["adds to nothing", {}, { n: modify({ add: 2 }) }, { n: 2 }],
  ["adds to what is no number", { n: "x" }, { n: modify({ add: 2 }) }, { n: 2 }],
  ["subtracts", { n: 5 }, { n: modify({ remove: 2 }) }, { n: 3 }],
  ["subtracts from what is no number", { n: "x" }, { n: modify({ remove: 2 }) }, { n: nan }],
  ["adds to a list, sorted", { t: ["b"] }, { t: modify({ add: ["a"] }) }, { t: ["a", "b"] }],
  ["takes from a list", { t: ["b", "a", "c"] }, { t: modify({ remove: ["b"] }) }, { t: ["a", "c"] }],
  ["replaces a prefix", { p: "home/x" }, { p: modify({ replacePrefix: ["home/", "at/"] }) }, { p: "at/x" }],
  ["leaves another prefix", { p: "x" }, { p: modify({ replacePrefix: ["home/", "at/"] }) }, { p: "x" }],
  ["understands the older spelling", { n: 1 }, { n: { $t: "PropModification", add: 1 } }, { n: 2 }],
  ["does not touch prototypes", {}, { "__proto__.x": 1, "constructor.prototype.x": 1 }, {}],
])("a change spec %s", (_what, object, spec, expected) => {
  const before = structuredClone(object);
  expect(change(object, spec)).toEqual(expected);
  expect(object).toEqual(before);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

const value = { a: 1 };
const spec = { b: 2 };

test.each([
  ["insert", undefined, { type: "insert", value } as const, value],
  ["insert on a taken key", { z: 0 }, { type: "insert", value } as const, "conflict"],
  ["upsert of nothing", undefined, { type: "upsert", value } as const, value],
  ["upsert", { z: 0 }, { type: "upsert", value } as const, value],
  ["upsert with a spec", { z: 0 }, { type: "upsert", value, spec } as const, { z: 0, b: 2 }],
  ["upsert of nothing with a spec", undefined, { type: "upsert", value, spec } as const, value],
  ["update", { z: 0 }, { type: "update", spec } as const, { z: 0, b: 2 }],
  ["update of nothing", undefined, { type: "update", spec } as const, undefined],
  ["delete", { z: 0 }, { type: "delete" } as const, undefined],
])("%s", (_what, state, operation, expected) => {
  expect(operate(state, operation)).toEqual(expected);
});
