import { Command } from "commander";
import { removeBeside, restoreBeside } from "../lib/backups/beside.ts";
import { besideName } from "../lib/backups/beside-manifests.ts";
import { formatBytes } from "../lib/backups/format.ts";
import { restoreInPlace, restorePhases, type RestoreResult } from "../lib/backups/restore.ts";
import { describeWindow, type RestorableWindow } from "../lib/backups/window.ts";
import { confirmByName } from "../lib/confirm.ts";
import { KitError } from "../lib/errors.ts";
import { stackOption, yesOption } from "../lib/options.ts";
import { Phases, result } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";

interface Options {
  readonly stack: string;
  readonly at?: string;
  readonly into?: string;
  readonly remove?: true;
  readonly yes?: true;
}

/** `kit restore` */
export function command(): Command {
  return new Command("restore")
    .option("--at <time>", "moment to restore, RFC 3339 with offset; the newest one when left out")
    .option("--into <name>", "restore beside the running database, as postgres-<name>")
    .option("--remove", "with --into: remove that copy and its volume")
    .addOption(stackOption)
    .addOption(yesOption)
    .action(restore);
}

async function restore(options: Options): Promise<void> {
  const cluster = await resolveCluster(options.stack);
  if (options.into === undefined) {
    if (options.remove)
      throw new KitError("usage", "--remove needs --into", {
        why: "it removes a copy by its name",
        next: "./kit restore --into NAME --remove",
      });
    const asked = options.at === undefined ? {} : { at: options.at };
    const confirm = async (window: RestorableWindow) =>
      options.yes ? undefined : confirmLoss(cluster.stack, window);
    result(inPlaceText(await restoreInPlace(cluster, { ...asked, confirm }, new Phases(restorePhases))));
  } else if (options.remove) {
    await removeBeside(cluster, options.into);
    result(`${besideName(options.into)} and its volume are removed`);
  } else {
    result(besideText(await restoreBeside(cluster, options.into, options.at), options.into));
  }
}

function confirmLoss(stack: string, window: RestorableWindow): Promise<void> {
  return confirmByName(stack, {
    warning: `The database of stack ${stack} will be replaced; what was written after that moment is lost. Restorable: ${describeWindow(window)}`,
    what: "the restore",
  });
}

function inPlaceText(restored: RestoreResult): string {
  return [
    ...reached(restored),
    "The database and the server are in service; clients that had seen lost changes are brought back by themselves.",
    "next: ./kit backup create --type full, so that restores of the new history are short",
  ].join("\n");
}

function besideText(restored: RestoreResult, name: string): string {
  return [
    ...reached(restored),
    `The copy is ${besideName(name)}, port 5432, in the database's namespace. It never writes to the repository.`,
    `next: ./kit restore --into ${name} --remove, when you are done with it`,
  ].join("\n");
}

function reached(restored: RestoreResult): string[] {
  return [
    `recovery point: ${restored.recoveryPoint ?? "before the first row of the sentinel"} (newest row of the sentinel)`,
    `asked for:      ${restored.target ?? "the newest moment"}`,
    `from:           backup ${restored.backup}, now timeline ${restored.timeline}, database ${formatBytes(restored.databaseBytes)}`,
  ];
}
