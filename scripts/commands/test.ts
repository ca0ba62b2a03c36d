import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { $ } from "zx";
import { KitError } from "../lib/errors.ts";
import { root } from "../lib/paths.ts";
import { result, say, seconds } from "../lib/say.ts";
import { closingLine, outcomeOf, sum, type Outcome } from "../lib/tests/outcome.ts";
import { prepare } from "../lib/tests/prepare.ts";

const checks = {
  types: ["tsc", "-p", "."],
  lint: ["eslint", "."],
  format: ["prettier", "--check", "--log-level", "warn", "."],
} as const;
type Check = keyof typeof checks;

const suites = ["unit", "chart", "engine", "e2e"] as const;
/** A project of vitest.config.ts. */
export type Suite = (typeof suites)[number];

const isCheck = (part: string): part is Check => part in checks;
const isSuite = (part: string): part is Suite => suites.some((suite) => suite === part);

/** `kit test` */
export function command(): Command {
  const parts = [...Object.keys(checks), ...suites];
  return new Command("test")
    .description("run all tests, or some parts of them")
    .addArgument(new Argument("[parts...]", "what to run; everything when left out").choices(parts))
    .action((asked: string[]) => runTests(asked.length > 0 ? asked : parts));
}

async function runTests(parts: readonly string[]): Promise<void> {
  const outcomes = await Promise.all(parts.filter(isCheck).map(runCheck));
  const asked = parts.filter(isSuite);
  if (asked.length > 0) {
    await prepare(asked);
    outcomes.push(await runSuites(asked));
  }
  const total = sum(outcomes);
  result(closingLine(total));
  if (total.failed > 0)
    throw new KitError("failed", `${total.failed} of the tests failed`, {
      why: "see their messages above",
      next: `./kit test ${parts.join(" ")}`,
    });
}

async function runCheck(name: Check): Promise<Outcome> {
  const started = performance.now();
  const [program, ...args] = checks[name];
  const run = $({ cwd: root, nothrow: true, quiet: true });
  const { exitCode, stdout, stderr } = await run`${join(root, "node_modules/.bin", program)} ${args}`;
  if (exitCode !== 0) say(`${stdout}${stderr}`.trim());
  say(`${name} ${exitCode === 0 ? "passed" : "failed"} in ${seconds(started)}`);
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

/** Runs vitest with its own output on stdout, and reads what came out from its report. */
async function runSuites(asked: readonly Suite[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "kit-test-"));
  const report = join(folder, "report.json");
  try {
    const projects = asked.flatMap((suite) => ["--project", suite]);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const run = $({ cwd: root, nothrow: true, stdio: ["ignore", "inherit", "inherit"] });
    const { exitCode } =
      await run`${process.execPath} ${join(root, "node_modules/vitest/vitest.mjs")} run ${projects} ${reporters}`;
    return outcomeOf(await readFile(report, "utf8"), exitCode ?? 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
