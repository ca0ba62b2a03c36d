import { expect, test } from "vitest";
import { keyedHash } from "./fingerprint.ts";

const before = keyedHash("key", ["a", "b"]);

test("the same secrets give the same hash", () => {
  expect(keyedHash("key", ["a", "b"])).toBe(before);
});

test.each([
  ["another secret", "key", ["a", "c"]],
  ["the order", "key", ["b", "a"]],
  ["where one ends and the next begins", "key", ["ab", ""]],
  ["the key", "other", ["a", "b"]],
])("%s changes it", (_, key, values) => {
  expect(keyedHash(key, values)).not.toBe(before);
});

test("it fits into an annotation and tells nothing of its input", () => {
  expect(before).toMatch(/^[0-9a-f]{32}$/);
});
