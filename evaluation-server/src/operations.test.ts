import { expect, test } from "vitest";
import { change, operate, type ChangeSpec } from "./operations.ts";
import type { Json, JsonObject } from "./tson.ts";

const modify = (modification: JsonObject): Json => ({ "@@propmod": modification });
const nan = { $t: "number", v: "NaN" };

test.each<[string, JsonObject, ChangeSpec, JsonObject]>([
  ["sets a property", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ["sets a nested one", { a: { b: 1, c: 2 } }, { "a.b": 3 }, { a: { b: 3, c: 2 } }],
  ["makes objects on the way", {}, { "a.b.c": 1 }, { a: { b: { c: 1 } } }],
  ["replaces what is no object on the way", { a: 5 }, { "a.b": 1 }, { a: { b: 1 } }],
  ["sets an item of a list", { t: [{ n: 1 }, { n: 2 }] }, { "t.1.n": 3 }, { t: [{ n: 1 }, { n: 3 }] }],
  ["replaces an item", { t: ["a", "b"] }, { "t.0": "c" }, { t: ["c", "b"] }],
  ["adds an item", { t: ["a"] }, { "t.1": "b" }, { t: ["a", "b"] }],
  ["makes objects in a list", { t: [] }, { "t.0.n": 1 }, { t: [{ n: 1 }] }],
  ["modifies in a list", { t: [{ n: 1 }] }, { "t.0.n": modify({ add: 2 }) }, { t: [{ n: 3 }] }],
  ["takes an item from a list", { t: ["a", "b", "c"] }, { "t.1": { $t: "undefined" } }, { t: ["a", "c"] }],
  [
    "takes a property from an item",
    { t: [{ a: 1, b: 2 }] },
    { "t.0.a": { $t: "undefined" } },
    { t: [{ b: 2 }] },
  ],
  ["leaves no holes in a list", { t: ["a"] }, { "t.4294967294": "b", "t.2.n": 1 }, { t: ["a"] }],
  ["leaves a list one", { t: [1] }, { "t.b": 1, "t.length": 0, "t.-1": 1, "t.0x": 1 }, { t: [1] }],
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
  ["does not touch prototypes", {}, { "__proto__.x": 1, "a.__proto__.x": 1 }, {}],
  [
    "knows no other special names",
    { prototype: 1 },
    { "constructor.prototype.x": 1, prototype: { $t: "undefined" } },
    { constructor: { prototype: { x: 1 } } },
  ],
])("a change spec %s", (_what, object, spec, expected) => {
  change(object, spec);
  expect(object).toEqual(expected);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("what an operation brings is not changed by later ones", () => {
  const list = { tags: ["a"] };
  const objects = [{ list: {} }, { list: {} }];
  for (const object of objects) operate(object, { type: "update", spec: { list } });
  change(objects[0] ?? {}, { "list.tags": modify({ add: ["b"] }), "list.n": 1 });
  expect(objects[1]).toEqual({ list: { tags: ["a"] } });
  const made = operate(undefined, { type: "insert", value: { list } });
  change(made as JsonObject, { "list.tags.0": "c" });
  expect(list).toEqual({ tags: ["a"] });
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
