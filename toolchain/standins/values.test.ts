import { describe, expect, test } from "vitest";
import { changes, hasUnknown, isWithin, seal, secret, topOf, unknown, unseal } from "./values.ts";

describe("secrets", () => {
  const sealed = { a: secret("x"), list: ["y", secret({ deep: secret("z") })], plain: 1 };

  test("come off with the places where they stood", () => {
    expect(unseal(sealed)).toEqual({
      value: { a: "x", list: ["y", { deep: "z" }], plain: 1 },
      secrets: [["a"], ["list", "1"]],
    });
  });

  test("go on again where a value stands, and only there", () => {
    const { value, secrets } = unseal(sealed);
    expect(seal(value, secrets)).toEqual({
      a: secret("x"),
      list: ["y", secret({ deep: "z" })],
      plain: 1,
    });
    expect(seal({ list: [] }, secrets)).toEqual({ list: [] });
  });

  test("of a path within another go on once", () => {
    expect(seal({ data: { key: "x" } }, [["data"], ["data", "key"]])).toEqual({
      data: secret({ key: secret("x") }),
    });
  });
});

test.each([
  [unknown, true],
  [{ a: [{ b: unknown }] }, true],
  [{ a: ["known", null, 1] }, false],
  [undefined, false],
])("%j holds something unknown: %s", (value, held) => {
  expect(hasUnknown(value)).toBe(held);
});

test.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1 }, { a: 2 }, ["update a"]],
  [{ a: 1 }, {}, ["delete a"]],
  [{}, { a: { b: 1 } }, ["add a"]],
  [{ a: { b: 1, c: 1 } }, { a: { b: 2, c: 1 } }, ["update a.b"]],
  [{ a: [1, 2] }, { a: [1, 3, 4] }, ["update a[1]", "add a[2]"]],
  [{ a: { "app.conf": "x" } }, { a: { "app.conf": "y" } }, ['update a["app.conf"]']],
  [{ a: { b: 1 } }, { a: "text" }, ["update a"]],
])("from %j to %j: %j", (from, to, expected) => {
  expect(changes(from, to).map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
});

test("a path is within itself and what lies above it, and not within its namesakes", () => {
  expect(isWithin("spec.ports[0].name", "spec.ports")).toBe(true);
  expect(isWithin("spec", "spec")).toBe(true);
  expect(isWithin("specimen", "spec")).toBe(false);
  expect(topOf("spec.ports[0]")).toBe("spec");
  expect(topOf('data["app.conf"]')).toBe("data");
});
