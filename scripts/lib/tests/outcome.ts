import * as z from "zod";

/** How many tests, or static checks, ended how. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

/**
 * What vitest's JSON report says. A file that failed outside of its tests (its imports, its hooks) counts as one
 * failure, and so does an exit code that the report does not explain.
 */
export function outcomeOf(report: string, exitCode: number): Outcome {
  const parsed = reportSchema.parse(JSON.parse(report));
  const brokenFiles = parsed.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = parsed.numFailedTests + brokenFiles;
  return {
    passed: parsed.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

/** The sum of several outcomes. */
export const sum = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.reduce((left, right) => ({
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  }));

/** The closing line, such as "12 passed, 0 failed, 1 skipped". */
export const closingLine = ({ passed, failed, skipped }: Outcome): string =>
  [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(", ");
