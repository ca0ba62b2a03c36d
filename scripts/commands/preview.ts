import { Command } from "commander";
import { outputOption, stackOption } from "../lib/options.ts";
import { openWorkspace, plan, preview, type Workspace } from "../lib/pulumi/index.ts";
import { jsonResult, Phases, result, say } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";
import { requireStackFile, targetKind } from "../lib/stack/file.ts";
import { imagesToCome } from "../lib/stack/local.ts";

interface Options {
  readonly stack: string;
  readonly output: string;
}

/** `kit preview` */
export function command(): Command {
  return new Command("preview").addOption(stackOption).addOption(outputOption).action(show);
}

async function show({ stack, output }: Options): Promise<void> {
  const file = await requireStackFile(stack);
  // Pulumi compares with its state: of a cluster that does not answer it would say that nothing changes.
  if (targetKind(file) === "kubernetes") await resolveCluster(stack);
  const workspace = await openWorkspace(stack);
  const toCome = await imagesToCome(file);
  if (toCome.length > 0) say(`./kit up also brings the images of this checkout: ${toCome.join(", ")}`);
  const work = <T>(look: (at: Workspace) => Promise<T>) => new Phases(1).run("plan", () => look(workspace));
  if (output === "text") {
    result(await work(preview));
    return;
  }
  const { counts, steps } = await work(plan);
  jsonResult("preview", { stack, counts, steps });
}
