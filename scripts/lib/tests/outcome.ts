import { relative } from "node:path";
import * as z from "zod";
import { root } from "../paths.ts";

/** How many tests, or static checks, ended how. */
export interface Outcome {
  readonly passed: number;
  /** What failed, by name. */
  readonly failed: readonly string[];
  readonly skipped: number;
}

const reportSchema = z.object({
  numPassedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/**
 * What vitest's JSON report says. A file that failed outside of its tests (its imports, its hooks) counts as one
 * failure, and so does an exit code that the report does not explain.
 */
export function outcomeOf(report: string, exitCode: number): Outcome {
  const parsed = reportSchema.parse(JSON.parse(report));
  const failed = parsed.testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, assertionResults }) => {
      const file = relative(root, name);
      const tests = assertionResults.filter(({ status }) => status === "failed");
      return tests.length === 0 ? [file] : tests.map(({ fullName }) => `${file}: ${fullName}`);
    });
  const unexplained = failed.length === 0 && exitCode !== 0;
  return {
    passed: parsed.numPassedTests,
    failed: unexplained ? ["an error outside of the tests"] : failed,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

/** The sum of several outcomes. */
export const sum = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.reduce(
    (left, right) => ({
      passed: left.passed + right.passed,
      failed: [...left.failed, ...right.failed],
      skipped: left.skipped + right.skipped,
    }),
    { passed: 0, failed: [], skipped: 0 },
  );

/** The closing line, such as "12 passed, 0 failed, 1 skipped". */
export const closingLine = ({ passed, failed, skipped }: Outcome): string =>
  [`${passed} passed`, `${failed.length} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(", ");
