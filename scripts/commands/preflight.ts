import Table from "cli-table3";
import { Command } from "commander";
import { outputOption } from "../lib/options.ts";
import { preflight, preflightError, type Check } from "../lib/preflight/index.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";

interface Options {
  readonly strict?: boolean;
  readonly output: string;
}

/** `kit preflight` */
export function command(): Command {
  return new Command("preflight")
    .option("--strict", "exit 21 on warnings")
    .addOption(outputOption)
    .action(run);
}

async function run({ strict = false, output }: Options): Promise<void> {
  const checks = await new Phases(1).run("check this machine", preflight);
  if (output === "json") jsonResult("preflight", { checks });
  else result(checksText(checks));
  const failed = preflightError(checks, strict);
  if (failed) throw failed;
}

function checksText(checks: readonly Check[]): string {
  const table = new Table({ head: ["", "this machine", "found"], style: { head: [], border: [] } });
  for (const { outcome, name, sentence } of checks) table.push([outcome, name, sentence]);
  const fixes = checks.flatMap(({ name, fix }) => (fix === undefined ? [] : [`${name}: ${fix}`]));
  return [table.toString(), ...fixes].join("\n");
}
