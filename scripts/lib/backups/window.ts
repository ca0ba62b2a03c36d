import { KitError } from "../errors.ts";
import type { Moment } from "./moment.ts";
import type { Backup, Branch, Repository } from "./repository.ts";

/** The moments that can be restored. */
export interface RestorableWindow {
  readonly from: Date;
  readonly to: Date;
}

/** The backup to start from and the timeline to follow. */
export interface RestorePoint {
  readonly backup: Backup;
  readonly timeline: number;
}

/** The restorable window. Recovery stops at the first commit after a moment, so one must be archived. */
export function restorableWindow(repository: Repository): RestorableWindow | undefined {
  const oldest = usable(repository.backups).find((backup) => backup.type === "full");
  if (oldest === undefined || repository.newestCommit === undefined) return undefined;
  return { from: firstMoment(oldest), to: new Date(repository.newestCommit.getTime() - 1) };
}

/** Refuses a repository that nothing can be restored from. */
export function requireWindow(window: RestorableWindow | undefined, stack: string): RestorableWindow {
  if (window !== undefined) return window;
  throw new KitError("backupTooOld", "there is no backup to restore from", {
    why: "the repository holds no complete full backup",
    next: `./kit backup create --type full --stack ${stack}`,
  });
}

/** Refuses a moment outside the window. */
export function requireInside(
  window: RestorableWindow,
  at: Moment | undefined,
  stack: string,
  asked = "the moment",
): void {
  if (at === undefined || (at.date >= window.from && at.date <= window.to)) return;
  throw new KitError("usage", `${asked} is outside the restorable window`, {
    why: describeWindow(window),
    next: at.date > window.to ? `./kit restore --stack ${stack}` : `./kit backup list --stack ${stack}`,
  });
}

/** The window as one line. */
export function describeWindow({ from, to }: RestorableWindow): string {
  if (to < from)
    return `the window opens when WAL of after ${from.toISOString()} is archived (within two minutes)`;
  return `${from.toISOString()} to ${to.toISOString()}`;
}

/**
 * Chooses where a restore starts: the newest backup before the moment, on the history that was in force at that moment.
 * Refuses when WAL is missing on the way.
 */
export function restorePoint(repository: Repository, at: Date | undefined, stack: string): RestorePoint {
  const timeline = timelineAt(repository, at);
  const backup = usable(repository.backups)
    .filter((candidate) => at === undefined || firstMoment(candidate) <= at)
    .findLast((candidate) => leadsTo(candidate, timeline, repository.branches));
  if (backup === undefined) {
    throw new KitError("usage", `no backup leads to ${at?.toISOString() ?? "the newest moment"}`, {
      why: "the backups before it belong to a history that an earlier restore left behind; choose a moment after another one",
      next: `./kit backup list --stack ${stack}`,
    });
  }
  requireWal(repository, { backup, timeline }, at, stack);
  return { backup, timeline };
}

// A segment is closed after a minute and holds a row of the sentinel from the minute before.
const segmentAgeMs = 120_000;

/** Recovery would stop at missing WAL, and PostgreSQL takes that for the end of the archive. */
function requireWal(
  { gaps, branches }: Repository,
  { backup, timeline }: RestorePoint,
  at: Date | undefined,
  stack: string,
): void {
  const gap = gaps.find(
    (candidate) =>
      candidate.lsn > backup.stopLsn &&
      (at === undefined || at > candidate.afterTime) &&
      leadsTo({ timeline: candidate.timeline, stopLsn: candidate.lsn }, timeline, branches),
  );
  if (gap === undefined) return;
  throw new KitError("usage", `WAL is missing on the way to ${at?.toISOString() ?? "the newest moment"}`, {
    why: `between segments ${gap.after} and ${gap.before} of the repository; a moment before that can be restored`,
    next: `./kit restore --at ${new Date(gap.afterTime.getTime() - segmentAgeMs).toISOString()} --stack ${stack}`,
  });
}

/**
 * The timeline that was in force at a moment, or is now: each new one has a higher number. A copied repository may have
 * lost the times of its files, but not those of its backups.
 */
export function timelineAt({ backups, branches }: Repository, at: Date | undefined): number {
  const trunk = Math.min(
    ...branches.map((branch) => branch.parent),
    ...backups.map((backup) => backup.timeline),
  );
  return Math.max(
    trunk,
    ...branches.filter(({ since }) => at === undefined || since <= at).map(({ timeline }) => timeline),
    ...backups.filter(({ start }) => at === undefined || start <= at).map(({ timeline }) => timeline),
  );
}

function leadsTo(
  backup: Pick<Backup, "timeline" | "stopLsn">,
  timeline: number,
  branches: readonly Branch[],
): boolean {
  let current = timeline;
  while (current !== backup.timeline) {
    const branch = branches.find((candidate) => candidate.timeline === current);
    if (branch === undefined || (branch.parent === backup.timeline && backup.stopLsn > branch.forkLsn))
      return false;
    current = branch.parent;
  }
  return true;
}

/** The times of backups are whole seconds. */
const firstMoment = ({ stop }: Backup): Date => new Date(stop.getTime() + 1000);

function usable(backups: readonly Backup[]): Backup[] {
  return backups.filter((backup) => !backup.broken).sort((a, b) => a.stop.getTime() - b.stop.getTime());
}
