import { Command, Option } from "commander";
import { createBackup, type BackupType } from "../lib/backups/create.ts";
import { formatBytes } from "../lib/backups/format.ts";
import { inspectRepository } from "../lib/backups/inspect.ts";
import { backupDocument, backupTable } from "../lib/backups/list.ts";
import { restorableWindow } from "../lib/backups/window.ts";
import { outputOption, stackOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { resolveCluster } from "../lib/stack/cluster.ts";

interface CreateOptions {
  readonly stack: string;
  readonly type: BackupType;
}

interface ListOptions {
  readonly stack: string;
  readonly output: string;
}

/** `kit backup create|list` */
export function command(): Command {
  const backup = new Command("backup");
  backup
    .command("create")
    .description("make a backup now, the way the schedule does")
    .addOption(new Option("--type <type>", "kind of backup").choices(["full", "incr"]).default("incr"))
    .addOption(stackOption)
    .action(create);
  backup
    .command("list")
    .description("list the backups and the restorable window")
    .addOption(stackOption)
    .addOption(outputOption)
    .action(list);
  return backup;
}

async function create({ stack, type }: CreateOptions): Promise<void> {
  const cluster = await resolveCluster(stack);
  const title = type === "full" ? "full backup" : "incremental backup";
  const made = await new Phases(1).run(title, (phase) => createBackup(cluster, type, phase));
  result(
    `${made.label}: ${formatBytes(made.size)} of database, ${formatBytes(made.repositorySize)} added to the repository`,
  );
}

async function list({ stack, output }: ListOptions): Promise<void> {
  const cluster = await resolveCluster(stack);
  const repository = await new Phases(1).run("read the repository", (phase) =>
    inspectRepository(cluster, phase),
  );
  const window = restorableWindow(repository);
  if (output === "json") jsonResult("backup-list", backupDocument(repository, window));
  else result(backupTable(repository, window));
}
