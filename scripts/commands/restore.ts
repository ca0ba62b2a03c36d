import { Command, Option } from "commander";
import { removeBeside, requireCopy, restoreBeside } from "../lib/backups/beside.ts";
import { besideName } from "../lib/backups/beside-manifests.ts";
import type { Cluster } from "../lib/backups/cluster.ts";
import { formatBytes } from "../lib/backups/format.ts";
import { planRestore, planText, type RestorePlan } from "../lib/backups/plan.ts";
import { planInPlace, restoreInPlace, restorePhases, type RestoreResult } from "../lib/backups/restore.ts";
import { describeWindow } from "../lib/backups/window.ts";
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
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `kit restore` */
export function command(): Command {
  return new Command("restore")
    .option("--at <time>", "moment to restore, RFC 3339 with offset; the newest one when left out")
    .option("--into <name>", "restore beside the running database, as postgres-<name>")
    .addOption(
      new Option("--remove", "with --into: remove that copy and its volume").conflicts(["at", "dryRun"]),
    )
    .option("--dry-run", "say what would be restored from where, and stop there")
    .addOption(stackOption)
    .addOption(yesOption)
    .action(restore);
}

async function restore(options: Options): Promise<void> {
  const cluster = await resolveCluster(options.stack);
  if (options.remove) await remove(cluster, options);
  else if (options.dryRun) await showPlan(cluster, options);
  else if (options.into === undefined) await restoreHere(cluster, options);
  else
    result(besideText(await restoreBeside(cluster, options.into, options.at), options.into, cluster.stack));
}

async function restoreHere(cluster: Cluster, { at, yes }: Options): Promise<void> {
  const confirm = async (plan: RestorePlan) => (yes ? undefined : confirmLoss(cluster.stack, plan));
  const request = at === undefined ? { confirm } : { at, confirm };
  const restored = await restoreInPlace(cluster, request, new Phases(restorePhases));
  result(inPlaceText(restored, cluster.stack));
}

function confirmLoss(stack: string, { at, window }: RestorePlan): Promise<void> {
  const moment = at === undefined ? "the newest moment" : at.date.toISOString();
  return confirmByName(stack, {
    warning: `The database of stack ${stack} will be replaced by what it was at ${moment}; what was written later is lost. Restorable: ${describeWindow(window)}`,
    what: "the restore",
  });
}

async function remove(cluster: Cluster, { into, yes }: Options): Promise<void> {
  if (into === undefined)
    throw new KitError("usage", "--remove needs --into", {
      why: "it removes a copy by its name",
      next: `./kit restore --into NAME --remove --stack ${cluster.stack}`,
    });
  await requireCopy(cluster, into);
  if (!yes)
    await confirmByName(cluster.stack, {
      warning: `The copy ${besideName(into)} of stack ${cluster.stack} will be removed with its volume.`,
      what: "the removal",
    });
  await removeBeside(cluster, into);
  result(`${besideName(into)} and its volume are removed`);
}

async function showPlan(cluster: Cluster, { at, into }: Options): Promise<void> {
  const place = into === undefined ? "in place" : "beside";
  const plan = await new Phases(1).run("check the key, the window and the room", async (phase) =>
    place === "in place"
      ? (await planInPlace(cluster, at, phase)).plan
      : planRestore(cluster, place, at, phase),
  );
  result(planText(plan, place));
}

function inPlaceText(restored: RestoreResult, stack: string): string {
  return [
    ...reached(restored),
    "The database and the server are in service; clients that had seen lost changes are brought back by themselves.",
    `next: ./kit backup create --type full --stack ${stack}, so that restores of the new history are short`,
  ].join("\n");
}

function besideText(restored: RestoreResult, name: string, stack: string): string {
  return [
    ...reached(restored),
    `The copy is ${besideName(name)}, port 5432, in the database's namespace. It never writes to the repository.`,
    `next: ./kit restore --into ${name} --remove --stack ${stack}, when you are done with it`,
  ].join("\n");
}

function reached(restored: RestoreResult): string[] {
  return [
    `recovery point: ${restored.recoveryPoint ?? "before the first row of the sentinel"} (newest row of the sentinel)`,
    `asked for:      ${restored.target ?? "the newest moment"}`,
    `from:           backup ${restored.backup}, now timeline ${restored.timeline}, database ${formatBytes(restored.databaseBytes)}`,
  ];
}
