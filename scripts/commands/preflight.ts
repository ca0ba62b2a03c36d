import Table from "cli-table3";
import { Command } from "commander";
import { outputOption } from "../lib/options.ts";
import { preflight, preflightCluster, preflightError, type Check } from "../lib/preflight/index.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { readSettings } from "../lib/stack/file.ts";

interface Options {
  readonly stack?: string;
  readonly strict?: boolean;
  readonly output: string;
}

/** `kit preflight` */
export function command(): Command {
  return new Command("preflight")
    .option("--stack <name>", "check what this stack needs: its cluster, where it names one of your own")
    .option("--strict", "exit 21 on warnings")
    .addOption(outputOption)
    .action(run);
}

async function run({ stack, strict = false, output }: Options): Promise<void> {
  const { checked, look } = await whatToCheck(stack);
  const checks = await new Phases(1).run(`check ${checked}`, look);
  if (output === "json") jsonResult("preflight", { checks });
  else result(checksText(checked, checks));
  const failed = preflightError(checked, checks, strict);
  if (failed) throw failed;
}

async function whatToCheck(stack: string | undefined) {
  const settings = stack === undefined ? undefined : await readSettings(stack);
  if (stack === undefined || settings === undefined || settings.target.kind === "local")
    return { checked: "this machine", look: preflight };
  return { checked: `the cluster of stack ${stack}`, look: () => preflightCluster(stack, settings) };
}

function checksText(checked: string, checks: readonly Check[]): string {
  const table = new Table({ head: ["", checked, "found"], style: { head: [], border: [] } });
  for (const { outcome, name, sentence } of checks) table.push([outcome, name, sentence]);
  const fixes = checks.flatMap(({ name, fix }) => (fix === undefined ? [] : [`${name}: ${fix}`]));
  return [table.toString(), ...fixes].join("\n");
}
