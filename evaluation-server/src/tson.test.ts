import { expect, test } from "vitest";
import { fromNumber, isDeeperThan, isUndefined, keyPath, toNumber } from "./tson.ts";

test.each([
  [1, 0, false],
  [[], 0, false],
  [[[]], 0, true],
  [[[]], 1, false],
  [{ a: { b: [1] } }, 2, false],
  [{ a: { b: [[1]] } }, 2, true],
])("%j is deeper than %i: %s", (value, limit, expected) => {
  expect(isDeeperThan(value, limit)).toBe(expected);
});

test.each([
  ["a.b", ["a", "b"]],
  ["$$a.b", ["$$a", "b"]],
  ["a.$b", ["a", "$$b"]],
])("the key path %s", (path, names) => {
  expect(keyPath(path)).toEqual(names);
});

test("numbers that JSON lacks travel as text", () => {
  for (const number of [1, 0, -2.5, Infinity, -Infinity, NaN])
    expect(toNumber(fromNumber(number))).toBe(number);
  expect(toNumber(undefined)).toBeNaN();
  expect(toNumber({ a: 1 })).toBeNaN();
});

test("undefined travels as an object", () => {
  expect(isUndefined({ $t: "undefined" })).toBe(true);
  expect(isUndefined(undefined)).toBe(true);
  expect(isUndefined(null)).toBe(false);
  expect(isUndefined({ $t: "Date", v: "NaN" })).toBe(false);
});
