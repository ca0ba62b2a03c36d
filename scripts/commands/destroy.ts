import { join } from "node:path";
import { Command } from "commander";
import { confirmByName } from "../lib/confirm.ts";
import { stackOption, yesOption } from "../lib/options.ts";
import { stateDir } from "../lib/paths.ts";
import { destroy, exportState, openWorkspace, previewDestroy, stackExists } from "../lib/pulumi/index.ts";
import { Phases, result } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";
import { lossText, protectionRefusal, takeLastBackup } from "../lib/stack/destroy.ts";
import { readSettings, stackFile } from "../lib/stack/file.ts";

interface Options {
  readonly stack: string;
  readonly yes?: true;
  readonly withoutBackup?: true;
  readonly dryRun?: true;
}

/** `kit destroy` */
export function command(): Command {
  return new Command("destroy")
    .option("--without-backup", "take no last backup: what is lost is lost")
    .option("--dry-run", "name what would go, and remove nothing")
    .addOption(stackOption)
    .addOption(yesOption)
    .action(destroyStack);
}

async function destroyStack({ stack, yes, withoutBackup, dryRun }: Options): Promise<void> {
  const settings = await readSettings(stack);
  const workspace = await openWorkspace(stack);
  const state = (await stackExists(workspace)) ? await exportState(workspace) : { deployment: {} };
  const resources = state.deployment.resources?.length ?? 0;
  if (resources === 0) {
    result(`stack ${stack} has no resources`);
    return;
  }
  const cluster = await resolveCluster(stack);
  const loss = lossText(stack, cluster, settings, resources);
  if (dryRun) result(loss);
  const refusal = protectionRefusal(workspace, settings, state);
  if (refusal) throw refusal;
  if (dryRun) {
    result(await new Phases(1).run("plan", () => previewDestroy(workspace)));
    return;
  }
  if (!yes) {
    await confirmByName(stack, {
      warning: loss,
      what: "the destruction",
    });
  }
  const file = join(stateDir, "last-backups", `${stack}-${new Date().toISOString().replaceAll(":", "")}.tar`);
  if (!withoutBackup) {
    await new Phases(1).run("last backup", (phase) => takeLastBackup(cluster, file, phase));
  }
  await destroy(workspace);
  result(
    [
      `stack ${stack} is destroyed; its settings stay in ${stackFile(stack)}`,
      ...(withoutBackup
        ? []
        : [
            `last backup: ${file}, the encrypted repository with its wrapped data key`,
            "open it:     docs/runbooks/backup-and-restore.md, with the KEK or an escrow identity",
          ]),
    ].join("\n"),
  );
}
