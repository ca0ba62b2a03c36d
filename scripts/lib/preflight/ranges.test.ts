import { describe, expect, it } from "vitest";
import { isSame, overlaps } from "./ranges.ts";

it.each([
  ["10.244.0.0/16", "10.244.3.0/24", true],
  ["10.244.3.0/24", "10.244.0.0/16", true],
  ["10.0.0.0/8", "10.254.0.1/32", true],
  ["10.254.0.1", "10.254.0.1/32", true],
  ["0.0.0.0/0", "203.0.113.0/24", true],
  ["10.244.0.0/16", "10.245.0.0/16", false],
  ["192.0.2.0/24", "10.0.0.0/8", false],
  ["fd00::/64", "10.0.0.0/8", false],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect(overlaps(one, other)).toBe(expected);
});

describe("two ranges are the same", () => {
  it.each([
    ["10.96.0.0/16", "10.96.0.0/16", true],
    ["10.254.0.1", "10.254.0.1/32", true],
    ["10.96.0.0/12", "10.96.0.0/16", false],
    ["10.97.0.0/16", "10.96.0.0/16", false],
  ])("%s and %s: %s", (one, other, expected) => {
    expect(isSame(one, other)).toBe(expected);
  });
});
