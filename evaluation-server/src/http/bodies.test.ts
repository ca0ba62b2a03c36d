import { expect, it } from "vitest";
import { hasTooManyValues } from "./bodies.ts";

const three = [{ a: [] }, "b"];

it.each([
  ["as many as there may be", three, false],
  ["one more", [...three, 1], true],
  ["what only looks so, in texts", ['[,{\\",,,'], false],
  ["what follows such a text", ["\\", ...three], true],
])("counts values: %s", (_what, value, isTooMany) => {
  expect(hasTooManyValues(JSON.stringify(value), 4)).toBe(isTooMany);
});
