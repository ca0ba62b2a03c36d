import { Command } from "commander";
import { cacheDir } from "../lib/paths.ts";
import { destroyDemo, destroyPhases } from "../lib/demo/destroy.ts";
import { demoStack } from "../lib/demo/own.ts";
import { demoPhases, runDemo } from "../lib/demo/run.ts";
import { Phases, result } from "../lib/say.ts";
import { readStatus, statusTable } from "../lib/status/index.ts";

interface Options {
  readonly destroy?: true;
}

/** `kit demo` */
export function command(): Command {
  return new Command("demo")
    .description(
      "from a bare Linux machine to a syncing, backed-up, restored server; run it again at any time",
    )
    .option("--destroy", "remove everything that the demo made")
    .action(demo);
}

async function demo({ destroy }: Options): Promise<void> {
  if (destroy) return destroyAll();
  const { url, caFile } = await runDemo(new Phases(demoPhases));
  const { facts, findings } = await readStatus(demoStack);
  result(
    [
      statusTable(facts, findings),
      "",
      `Open ${url} in two windows, log in as Alice in both, and watch the list sync.`,
      `The browser warns until it trusts the authority of the demo: ${caFile ?? ""}`,
      "",
      "next: ./kit status                            how the stack stands",
      "      ./kit backup list                       the backups and what can be restored",
      "      ./kit restore --at TIME --into check    a copy of a moment, beside the running database",
      "      ./kit demo --destroy                    remove everything",
    ].join("\n"),
  );
}

async function destroyAll(): Promise<void> {
  const others = await destroyDemo(new Phases(destroyPhases));
  const node =
    others.length > 0 ? `The local node stays for ${others.join(", ")}.` : "The local node is gone.";
  result(`The demo is gone, with its data and keys. ${node}\nThe tools and images stay in ${cacheDir}.`);
}
