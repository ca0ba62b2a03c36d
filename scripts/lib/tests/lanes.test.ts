import { describe, expect, it } from "vitest";
import { roundsOf, suites, type Suite } from "./lanes.ts";

const beside = ["stories-beside", "unit", "chart", "engine"];

describe("the lanes of a test run", () => {
  it.each<[string, readonly Suite[], string[][][]]>([
    ["one suite has one lane", ["unit"], [[["unit"]]]],
    ["suites without stories share a lane", ["engine", "unit"], [[["unit", "engine"]]]],
    [
      "stories have a lane beside them and an end",
      ["e2e"],
      [[["stories"], ["stories-beside"]], [["stories-end"]]],
    ],
    ["everything", suites, [[["stories"], beside], [["stories-end"]]]],
  ])("%s", (_, asked, rounds) => {
    expect(roundsOf(asked)).toEqual(rounds);
  });
});
