import Table from "cli-table3";
import { formatBytes } from "./format.ts";
import type { Repository } from "./repository.ts";
import { describeWindow, type RestorableWindow } from "./window.ts";

/** The backups and the restorable window for people. */
export function backupTable(repository: Repository, window: RestorableWindow | undefined): string {
  const table = new Table({
    head: ["label", "type", "started", "stopped", "database", "repository", "state"],
    style: { head: [], border: [], compact: true },
  });
  for (const backup of repository.backups) {
    table.push([
      backup.label,
      backup.type,
      backup.start.toISOString(),
      backup.stop.toISOString(),
      formatBytes(backup.databaseBytes),
      formatBytes(backup.repositoryBytes),
      backup.broken ? "BROKEN PAGES" : "complete",
    ]);
  }
  return [
    table.toString(),
    `restorable:     ${window === undefined ? "nothing: there is no full backup" : describeWindow(window)}`,
    ...repository.gaps.map(
      ({ after, before }) =>
        `WAL IS MISSING:  between ${after} and ${before}; moments in between cannot be restored`,
    ),
    `key generation: ${repository.key.generation} (fingerprint ${repository.key.fingerprint.slice(0, 16)})`,
    `room left:      ${formatBytes(repository.repositoryFreeBytes)} in the repository`,
  ].join("\n");
}

/** The same for programs: the fields of `kit/backup-list/v1`. */
export function backupDocument(repository: Repository, window: RestorableWindow | undefined): object {
  return {
    backups: repository.backups.map((backup) => ({
      label: backup.label,
      type: backup.type,
      start: backup.start.toISOString(),
      stop: backup.stop.toISOString(),
      timeline: backup.timeline,
      databaseBytes: backup.databaseBytes,
      repositoryBytes: backup.repositoryBytes,
      complete: !backup.broken,
    })),
    restorable:
      window === undefined ? null : { from: window.from.toISOString(), to: window.to.toISOString() },
    gaps: repository.gaps.map(({ after, before }) => ({ after, before })),
    keyGeneration: repository.key.generation,
    repositoryFreeBytes: repository.repositoryFreeBytes,
  };
}
