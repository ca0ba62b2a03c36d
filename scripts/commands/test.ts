import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { $ } from "zx";
import { KitError } from "../lib/errors.ts";
import { root } from "../lib/paths.ts";
import { result, say, seconds } from "../lib/say.ts";
import { type Project, roundsOf, type Suite, suites } from "../lib/tests/lanes.ts";
import { closingLine, outcomeOf, sum, type Outcome } from "../lib/tests/outcome.ts";
import { prepare } from "../lib/tests/prepare.ts";

const checks = {
  types: ["tsc", "-p", "."],
  lint: ["eslint", "."],
  format: ["prettier", "--check", "--log-level", "warn", "."],
} as const;
type Check = keyof typeof checks;

const isCheck = (part: string): part is Check => part in checks;
const isSuite = (part: string): part is Suite => suites.some((suite) => suite === part);

/** `kit test` */
export function command(): Command {
  const parts = [...Object.keys(checks), ...suites];
  return new Command("test")
    .addArgument(new Argument("[parts...]", "what to run; everything when left out").choices(parts))
    .action((asked: string[]) => runTests(asked.length > 0 ? asked : parts));
}

async function runTests(parts: readonly string[]): Promise<void> {
  const outcomes = await Promise.all([
    ...parts.filter(isCheck).map(runCheck),
    runSuites(parts.filter(isSuite)),
  ]);
  const total = sum(outcomes);
  result(closingLine(total));
  if (total.failed.length > 0)
    throw new KitError("failed", `${total.failed.length} of the tests failed`, {
      why: ["see their messages above:", ...total.failed].join("\n        "),
      next: `./kit test ${parts.join(" ")}`,
    });
}

async function runCheck(name: Check): Promise<Outcome> {
  const started = performance.now();
  const [program, ...args] = checks[name];
  const run = $({ cwd: root, nothrow: true, quiet: true });
  const { exitCode, stdout, stderr } = await run`${join(root, "node_modules/.bin", program)} ${args}`;
  const passed = exitCode === 0;
  if (!passed) say(`${stdout}${stderr}`.trim());
  say(`${name} ${passed ? "passed" : "failed"} in ${seconds(started)}`);
  return { passed: passed ? 1 : 0, failed: passed ? [] : [name], skipped: 0 };
}

async function runSuites(asked: readonly Suite[]): Promise<Outcome> {
  if (asked.length > 0) await prepare(asked);
  const outcomes: Outcome[] = [];
  for (const lanes of roundsOf(asked)) {
    const alone = lanes.length === 1;
    outcomes.push(...(await Promise.all(lanes.map((lane) => runLane(lane, alone)))));
  }
  return sum(outcomes);
}

/** Runs vitest and reads what came out from its report. Alone it has the terminal, else only whole pieces of output. */
async function runLane(lane: readonly Project[], alone: boolean): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "kit-test-"));
  const report = join(folder, "report.json");
  try {
    const projects = lane.flatMap((project) => ["--project", project]);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const vitest = [process.execPath, join(root, "node_modules/vitest/vitest.mjs"), "run"];
    const output = alone ? "inherit" : "pipe";
    const run = $({ cwd: root, nothrow: true, quiet: true, stdio: ["ignore", output, output] });
    const running = run`${vitest} ${projects} ${reporters}`;
    if (!alone) {
      running.stdout.on("data", (text: Buffer) => process.stdout.write(text));
      running.stderr.on("data", (text: Buffer) => process.stderr.write(text));
    }
    const { exitCode } = await running;
    return outcomeOf(await readFile(report, "utf8"), exitCode ?? 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
