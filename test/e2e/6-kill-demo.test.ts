// kill -9 of `./kit demo` in each of its phases: the next run completes what was begun.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.ts";
import { hasStackHome } from "../../scripts/lib/stack/home.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { kit } from "./support/kit.ts";

explainFailuresIn("demo-server", "demo-database");

const ownDemo = !hasStackHome("demo");
beforeAll(async () => {
  if (ownDemo) await kit("demo", "--destroy");
});
afterAll(async () => {
  if (ownDemo) await kit("demo", "--destroy");
});

/** Runs the demo and kills it as soon as a phase begins that was not reached before. Returns that phase, if there was one. */
async function killInNewPhase(seen: Set<string>): Promise<string | undefined> {
  const child = spawn(process.execPath, [join(root, "scripts/kit.ts"), "demo"], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  let killedIn: string | undefined;
  createInterface(child.stderr).on("line", (line) => {
    said += `${line}\n`;
    const [, phase] = /^\d+\/\d+ ((?!.* (?:done in|failed after) ).*)$/.exec(line) ?? [];
    if (phase === undefined || seen.has(phase) || killedIn !== undefined) return;
    seen.add(phase);
    killedIn = phase;
    child.kill("SIGKILL");
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (killedIn === undefined) expect(code, said).toBe(0);
  return killedIn;
}

it("a demo that is killed in each phase completes when it is run again", async () => {
  const seen = new Set<string>();
  const killedIn: string[] = [];
  for (;;) {
    const phase = await killInNewPhase(seen);
    if (phase === undefined) break;
    killedIn.push(phase);
  }
  // A demo that was there before has its proof already, and does not repeat it.
  const proof = ownDemo ? ["backup", "restore, start and query"] : [];
  expect(killedIn).toEqual(expect.arrayContaining(["pulumi up", ...proof]));
  expect(await kit("demo")).toContain("https://localhost:30443");
}, 900_000);
