import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../paths.ts";
import { closingLine, outcomeOf, sum } from "./outcome.ts";

const report = (counts: object, ...files: object[]): string =>
  JSON.stringify({ numPassedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: files, ...counts });

const name = join(root, "test/a.test.ts");
const tests = [
  { status: "failed", fullName: "a story ends well" },
  { status: "passed", fullName: "a story begins" },
];
const failedTest = { name, status: "failed", assertionResults: tests };
const brokenFile = { name, status: "failed", assertionResults: [] };

describe("the outcome of a test run", () => {
  it.each<[string, string, number, string, string[]]>([
    ["all pass", report({ numPassedTests: 3 }), 0, "3 passed, 0 failed", []],
    [
      "one fails",
      report({ numPassedTests: 2 }, failedTest),
      1,
      "2 passed, 1 failed",
      ["test/a.test.ts: a story ends well"],
    ],
    [
      "a file cannot be loaded",
      report({ numPassedTests: 2 }, brokenFile),
      1,
      "2 passed, 1 failed",
      ["test/a.test.ts"],
    ],
    [
      "an error outside of tests",
      report({ numPassedTests: 2 }),
      1,
      "2 passed, 1 failed",
      ["an error outside of the tests"],
    ],
    [
      "some are skipped",
      report({ numPendingTests: 1, numTodoTests: 1 }),
      0,
      "0 passed, 0 failed, 2 skipped",
      [],
    ],
  ])("when %s", (_, text, exitCode, line, failed) => {
    const outcome = outcomeOf(text, exitCode);
    expect(closingLine(outcome)).toBe(line);
    expect(outcome.failed).toEqual(failed);
  });

  it("adds up", () => {
    const one = { passed: 1, failed: ["a"], skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: ["a", "a"], skipped: 6 });
  });
});
