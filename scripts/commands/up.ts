import { Command } from "commander";
import { confirmYes } from "../lib/confirm.ts";
import { stackOption, yesOption } from "../lib/options.ts";
import { openWorkspace, plan, refresh, up } from "../lib/pulumi/index.ts";
import { Phases, result, say } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";
import { addressOf, planText, trustText } from "../lib/stack/deploy.ts";
import { readSettings } from "../lib/stack/file.ts";
import { tellStandIns } from "../lib/stack/stand-ins.ts";
import { localPhases, prepareLocal, useImages } from "../lib/stack/local.ts";

interface Options {
  readonly stack: string;
  readonly refresh?: true;
  readonly yes?: true;
}

/** `kit up` */
export function command(): Command {
  return new Command("up")
    .option("--refresh", "first look at the live objects, and put back what was changed by hand")
    .addOption(stackOption)
    .addOption(yesOption)
    .action(bringUp);
}

async function bringUp({ stack, refresh: looks, yes }: Options): Promise<void> {
  const { target } = await readSettings(stack);
  const workspace = await openWorkspace(stack);
  await tellStandIns(workspace, target);
  const phases = new Phases((target.kind === "local" ? localPhases : 0) + (looks ? 2 : 1));
  if (target.kind === "local") await useImages(stack, await prepareLocal(phases));
  // Without a look at live objects a plan would say that nothing changes.
  else await resolveCluster(stack);
  if (looks) await phases.run("live objects", (phase) => refresh(workspace, phase));
  const planned = await phases.run("plan", () => plan(workspace));
  say(planText(planned));
  if (planned.hasChanges) {
    if (!yes) {
      await confirmYes({
        warning: `Stack ${stack} will be changed like this.`,
        what: "the change",
      });
    }
    await up(workspace);
  }
  const address = await addressOf(workspace);
  result(
    [
      planned.hasChanges ? `stack ${stack} is up` : `stack ${stack} was up to date`,
      `address: ${address.url}`,
      `trust:   ${trustText(stack, address)}, unless the certificate is one of your own`,
      `next:    ./kit status --stack ${stack}`,
    ].join("\n"),
  );
}
