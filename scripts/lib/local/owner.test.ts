import { describe, expect, it } from "vitest";
import { decide, type Decision, type Found } from "./owner.ts";

const self = { checkout: "/srv/kit", id: "me" };
const moved = { checkout: "/srv/kit-before", id: "me" };
const clonedAgain = { checkout: "/srv/kit", id: "deleted" };
const other = { checkout: "/home/ann/kit", id: "ann" };

const found = (owner: Found["owner"], live: boolean, checkoutExists = true): Found => {
  return { owner, live, checkoutExists };
};

const cases: readonly [string, Found, Decision, Decision][] = [
  ["no node", found(undefined, false), "use", "use"],
  ["parts without an owner", found(undefined, true), "use", "use"],
  ["its own, dead", found(self, false), "use", "use"],
  ["its own, live", found(self, true), "use", "use"],
  ["its own of before it was moved", found(moved, true, false), "use", "use"],
  ["that of a deleted clone in the same folder", found(clonedAgain, true), "use", "use"],
  ["another's, live", found(other, true), "refuse", "refuse"],
  ["another's, live, whose folder is gone", found(other, true, false), "refuse", "use"],
  ["another's, dead", found(other, false), "park", "park"],
  ["another's, dead, whose folder is gone", found(other, false, false), "park", "park"],
];

describe("a command that finds", () => {
  it.each(cases)("%s", (_, what, start, end) => {
    expect(decide(what, self, "start")).toBe(start);
    expect(decide(what, self, "end")).toBe(end);
  });
});
