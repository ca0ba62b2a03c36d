import { describe, expect, it } from "vitest";
import { decide, ownParked, type Decision, type Found } from "./owner.ts";

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
  ["that of the checkout it is a copy of", found(moved, true), "refuse", "refuse"],
  ["that of the checkout it is a copy of, dead", found(moved, false), "park", "park"],
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

describe("a node that was put aside is taken back", () => {
  const all = [
    { place: "/parked/1", owner: other },
    { place: "/parked/2", owner: moved },
  ];

  it.each([
    ["after its checkout was moved", self, false, "/parked/2"],
    ["never by a copy of its checkout", self, true, undefined],
    ["by its own checkout", moved, true, "/parked/2"],
    ["never by another", { checkout: "/srv/third", id: "third" }, false, undefined],
  ])("%s", (_, me, exists, place) => {
    expect(ownParked(all, me, () => exists)?.place).toBe(place);
  });
});
