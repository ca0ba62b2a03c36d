import { Command } from "commander";
import { outputOption, stackOption } from "../lib/options.ts";
import { openWorkspace, plan, preview } from "../lib/pulumi/index.ts";
import { jsonResult } from "../lib/say.ts";
import { requireStackFile } from "../lib/stack/file.ts";

interface Options {
  readonly stack: string;
  readonly output: string;
}

/** `kit preview` */
export function command(): Command {
  return new Command("preview")
    .description("show what up would change, and change nothing")
    .addOption(stackOption)
    .addOption(outputOption)
    .action(show);
}

async function show({ stack, output }: Options): Promise<void> {
  await requireStackFile(stack);
  const workspace = await openWorkspace(stack);
  if (output === "text") return preview(workspace);
  const { counts, steps } = await plan(workspace);
  jsonResult("preview", { stack, counts, steps });
}
