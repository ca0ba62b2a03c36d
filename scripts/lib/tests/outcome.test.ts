import { describe, expect, it } from "vitest";
import { closingLine, outcomeOf, sum } from "./outcome.ts";

const report = (counts: object, ...files: object[]): string =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: files,
    ...counts,
  });
const failedTest = { status: "failed", assertionResults: [{ status: "failed" }] };
const brokenFile = { status: "failed", assertionResults: [] };

describe("the outcome of a test run", () => {
  it.each([
    ["all pass", report({ numPassedTests: 3 }), 0, "3 passed, 0 failed"],
    ["one fails", report({ numPassedTests: 2, numFailedTests: 1 }, failedTest), 1, "2 passed, 1 failed"],
    ["a file cannot be loaded", report({ numPassedTests: 2 }, brokenFile), 1, "2 passed, 1 failed"],
    ["an error outside of tests", report({ numPassedTests: 2 }), 1, "2 passed, 1 failed"],
    ["some are skipped", report({ numPendingTests: 1, numTodoTests: 1 }), 0, "0 passed, 0 failed, 2 skipped"],
  ])("when %s", (_, text, exitCode, line) => {
    expect(closingLine(outcomeOf(text, exitCode))).toBe(line);
  });

  it("adds up", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
