import { Command } from "commander";
import { outputOption, stackOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { readStatus, statusDocument, statusTable, unwell } from "../lib/status/index.ts";

interface Options {
  readonly stack: string;
  readonly output: string;
}

/** `kit status` */
export function command(): Command {
  return new Command("status").addOption(stackOption).addOption(outputOption).action(status);
}

async function status({ stack, output }: Options): Promise<void> {
  const { facts, findings } = await new Phases(1).run("look at the stack", () => readStatus(stack));
  if (output === "json") jsonResult("status", statusDocument(facts, findings));
  else result(statusTable(facts, findings));
  const failed = unwell(stack, findings);
  if (failed) throw failed;
}
