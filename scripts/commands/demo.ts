import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { cacheDir } from "../lib/paths.ts";
import { destroyDemo, destroyPhases } from "../lib/demo/destroy.ts";
import { demoStack } from "../lib/demo/own.ts";
import { demoPhases, runDemo } from "../lib/demo/run.ts";
import { Phases, result, type Phase } from "../lib/say.ts";
import { readStatus, statusTable, unwell, type Status } from "../lib/status/index.ts";

/** WAL is closed after 60 s, and archived then. */
const settlingMs = 120_000;

interface Options {
  readonly destroy?: true;
}

/** `kit demo` */
export function command(): Command {
  return new Command("demo").option("--destroy", "remove everything that the demo made").action(demo);
}

async function demo({ destroy }: Options): Promise<void> {
  if (destroy) return destroyAll();
  const phases = new Phases(demoPhases + 1);
  const { url, caFile } = await runDemo(phases);
  const { port } = new URL(url);
  const { facts, findings } = await phases.run("status", settledStatus);
  result(
    [
      statusTable(facts, findings),
      "",
      `Open ${url} in two windows, log in as Alice in both, and watch the list sync.`,
      `From another machine, first: ssh -L ${port}:localhost:${port} root@${hostname()}`,
      `The browser warns until it trusts the authority of the demo: ${caFile ?? ""}`,
      "",
      "next: ./kit status                            how the stack stands",
      "      ./kit backup list                       the backups and what can be restored",
      "      ./kit restore --at TIME --into check    a copy of a moment, beside the running database",
      "      ./kit demo --destroy                    remove everything",
    ].join("\n"),
  );
  const failed = unwell(demoStack, findings);
  if (failed) throw failed;
}

/** After a start it takes a moment until the newest WAL is archived: what is not well then is looked at again. */
async function settledStatus(phase: Phase): Promise<Status> {
  const end = performance.now() + settlingMs;
  for (;;) {
    const status = await readStatus(demoStack);
    const failed = unwell(demoStack, status.findings);
    if (failed === undefined || performance.now() > end) return status;
    phase.waitingFor(failed.why);
    await pause(1000);
  }
}

async function destroyAll(): Promise<void> {
  const others = await destroyDemo(new Phases(destroyPhases));
  const node =
    others.length > 0 ? `The local node stays for ${others.join(", ")}.` : "The local node is gone.";
  result(`The demo is gone, with its data and keys. ${node}\nThe tools and images stay in ${cacheDir}.`);
}
