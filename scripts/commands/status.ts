import { Command } from "commander";
import { KitError } from "../lib/errors.ts";
import { outputOption, stackOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { readStatus, statusDocument, statusTable, worst } from "../lib/status/index.ts";
import type { Finding } from "../lib/status/judge.ts";

interface Options {
  readonly stack: string;
  readonly output: string;
}

/** `kit status` */
export function command(): Command {
  return new Command("status")
    .description("show how a stack stands; ends with an error when a part does not do its work")
    .addOption(stackOption)
    .addOption(outputOption)
    .action(status);
}

async function status({ stack, output }: Options): Promise<void> {
  const { facts, findings } = await new Phases(1).run("look at the stack", () => readStatus(stack));
  if (output === "json") jsonResult("status", statusDocument(facts, findings));
  else result(statusTable(facts, findings));
  if (worst(findings) === "bad") throw unwell(stack, findings);
}

function unwell(stack: string, findings: readonly Finding[]): KitError {
  const bad = findings.filter(({ verdict }) => verdict === "bad");
  const onlyBackups = bad.every(({ part }) => /^(backup|archived)/.test(part));
  const why = bad.map(({ part, says }) => `${part}: ${says}`).join("\n        ");
  const ended = bad.some(({ part }) => part.startsWith("certificate "));
  const verb = onlyBackups ? "backup create" : ended ? "certificates renew" : "up";
  return new KitError(onlyBackups ? "backupTooOld" : "failed", `stack ${stack} is not well`, {
    why,
    next: `./kit ${verb} --stack ${stack}`,
  });
}
