import { expect, it } from "vitest";
import { canSpin } from "./say.ts";

it.each([
  ["a terminal", { isTTY: true, columns: 80 }, true],
  ["a terminal without a width", { isTTY: true, columns: 0 }, false],
  ["no terminal", { isTTY: false, columns: 80 }, false],
])("a spinner turns on %s: %o", (_, stream, spins) => {
  expect(canSpin(stream)).toBe(spins);
});
