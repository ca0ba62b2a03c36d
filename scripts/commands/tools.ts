import Table from "cli-table3";
import { Command } from "commander";
import { outputOption } from "../lib/options.ts";
import { jsonResult, result, say, seconds } from "../lib/say.ts";
import { provideAll } from "../lib/tools/provide-all.ts";
import { openToolbox } from "../lib/tools/toolbox.ts";
import { pluginStates } from "../lib/tools/plugins.ts";
import { toolStates, type ToolState } from "../lib/tools/state.ts";

/** `kit tools [install]` */
export function command(): Command {
  const tools = new Command("tools").addOption(outputOption).action(list);
  tools
    .command("install")
    .description("install the tools that are missing")
    .argument("[names...]", "which tools; all when left out")
    .action(install);
  return tools;
}

interface ListOptions {
  readonly output: string;
}

async function list({ output }: ListOptions): Promise<void> {
  const toolbox = await openToolbox();
  const plugins = await pluginStates(toolbox);
  const tools = (await toolStates(toolbox)).filter(
    ({ name }) => !plugins.some((plugin) => plugin.name === name),
  );
  const states = [...tools, ...plugins];
  if (output === "json") jsonResult("tools", { tools: states });
  else result(table(states));
}

function table(states: readonly ToolState[]): string {
  const rows = new Table({
    head: ["tool", "version", "source", "state"],
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  rows.push(...states.map(({ name, version, source, state }) => [name, version, source, state]));
  return rows.toString();
}

async function install(names: readonly string[], _: object, command: Command): Promise<void> {
  const started = performance.now();
  const toolbox = await openToolbox();
  const count = await provideAll(names, toolbox);
  say(`${count} tools are ready after ${seconds(started)}`);
  const { output } = command.optsWithGlobals<ListOptions>();
  if (output === "json") await list({ output });
}
