// kill -9 of `./kit demo` in each of its phases: the next run completes what was begun.
// Phases whose work can be seen in the cluster are killed amid it, the others as they begin.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, it, vi } from "vitest";
import { root } from "../../../scripts/lib/paths.ts";
import { hasStackHome } from "../../../scripts/lib/stack/home.ts";
import { explainFailuresIn } from "../support/explain.ts";
import { kit, tryKubectl } from "../support/kit.ts";
import { holdNode } from "../support/node-lock.ts";

explainFailuresIn("demo-server", "demo-database");
holdNode();

const waiting = { timeout: 180_000, interval: 100 };

const somebodysDemo = hasStackHome("demo");
afterAll(async () => {
  if (!somebodysDemo) await kit("demo", "--destroy");
});

/** Those of a first run, in order. */
const phases = [
  ...["preflight", "tools", "local node", "images", "stack demo", "pulumi up", "sync of two devices"],
  ...["backup", "loss of a table on purpose"],
  ...["check the key, the window and the room", "stop the server and the database"],
  ...["restore, start and query", "start the database and the server"],
  ...["proof that the data is back", "status"],
];

/** The object of the database's namespace that tells that the work of a phase is under way. */
const amid: Readonly<Record<string, RegExp>> = {
  "pulumi up": /^statefulset.apps\/postgres$/m,
  backup: /^job.batch\/backup-/m,
  "restore, start and query": /^job.batch\/restore-/m,
};

async function isAmid(object: RegExp): Promise<boolean> {
  const kinds = ["get", "statefulsets,jobs", "--namespace", "demo-database", "--output", "name"];
  return object.test((await tryKubectl("", ...kinds)).stdout);
}

/** Runs the demo and kills it in the first phase that was not reached before. Returns that phase, if there was one. */
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
    const object = amid[phase];
    const isTime = object === undefined ? Promise.resolve(true) : vi.waitUntil(() => isAmid(object), waiting);
    void isTime.finally(() => child.kill("SIGKILL"));
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (killedIn === undefined) expect(code, said).toBe(0);
  return killedIn;
}

it("a demo that is killed in each phase completes when it is run again", async ({ skip }) => {
  skip(somebodysDemo, "this checkout has a demo, which is left alone; ./kit demo --destroy removes it");
  const seen = new Set<string>();
  const killedIn: string[] = [];
  for (;;) {
    const phase = await killInNewPhase(seen);
    if (phase === undefined) break;
    killedIn.push(phase);
  }
  expect(killedIn).toEqual(phases);
  expect(await kit("demo")).toContain("https://localhost:30443");
}, 1_800_000);
