import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { formatBytes } from "./format.ts";
import { archiveNow, databaseAnswers, inspectRepository } from "./inspect.ts";
import { type Moment, parseMoment } from "./moment.ts";
import type { Repository } from "./repository.ts";
import {
  describeWindow,
  requireInside,
  requireWindow,
  restorableWindow,
  type RestorableWindow,
  type RestorePoint,
  restorePoint,
} from "./window.ts";

/** A checked plan: nothing was touched to make it. */
export interface RestorePlan {
  readonly window: RestorableWindow;
  readonly point: RestorePoint;
  readonly at: Moment | undefined;
}

/** Where the restored database is to be. */
export type Place = "in place" | "beside";

/** Checks all that can be checked before anything is changed. */
export async function planRestore(
  cluster: Cluster,
  place: Place,
  asked: string | undefined,
  phase: Phase,
): Promise<RestorePlan> {
  const { stack } = cluster;
  const at = asked === undefined ? undefined : parseMoment(asked);
  const archived = await archiveNewest(cluster, at, phase);
  const repository = await inspectRepository(cluster, phase);
  const window = requireWindow(restorableWindow(repository), stack);
  phase.note(`restorable: ${describeWindow(window)}`);
  requireInside(window, at, stack, asked);
  const point = restorePoint(repository, at?.date, stack);
  if (place === "in place") {
    if (at === undefined && !archived) requireArchived(repository, window, stack);
    requireRoom(repository, point, stack);
  }
  return { window, point, at };
}

/** Window and room were checked when the restore began; what it restored may take the room by now. */
export async function planResumed(
  cluster: Cluster,
  asked: string | undefined,
  phase: Phase,
): Promise<RestorePlan> {
  const { stack } = cluster;
  const at = asked === undefined ? undefined : parseMoment(asked);
  const repository = await inspectRepository(cluster, phase);
  const window = requireWindow(restorableWindow(repository), stack);
  return { window, point: restorePoint(repository, at?.date, stack), at };
}

/** What the image's `restore` is told. */
export function restoreEnvironment(id: string, { point, at }: RestorePlan): Record<string, string> {
  return {
    KIT_RESTORE_ID: id,
    KIT_RESTORE_SET: point.backup.label,
    KIT_RESTORE_TIMELINE: String(point.timeline),
    KIT_RESTORE_TARGET: at?.postgres ?? "",
  };
}

/** A plan for people. */
export function planText({ window, point, at }: RestorePlan, place: Place): string {
  const { backup, timeline } = point;
  return [
    `restore to:  ${at?.date.toISOString() ?? "the newest moment"}`,
    `from:        backup ${backup.label}, along timeline ${timeline}`,
    `restorable:  ${describeWindow(window)}`,
    `room needed: about ${formatBytes(roomFor(point))} ${place === "in place" ? "on the data volume, which has it" : "on a new volume"}`,
    place === "in place"
      ? "stops:       the server and the database, until it is done"
      : "stops:       nothing",
  ].join("\n");
}

/** Without a time, nothing that is committed may be missing; a time of the past does not need the newest changes. */
async function archiveNewest(cluster: Cluster, at: Moment | undefined, phase: Phase): Promise<boolean> {
  if (!(await databaseAnswers(cluster))) return false;
  try {
    await archiveNow(cluster);
    return true;
  } catch (error) {
    if (at === undefined || !(error instanceof KitError)) throw error;
    phase.note(error.message);
    return false;
  }
}

/** The newest moment is promised with all that was committed, which a database that broke may not have archived. */
export function requireArchived(
  { unarchived }: Pick<Repository, "unarchived">,
  window: RestorableWindow,
  stack: string,
): void {
  if (unarchived === "") return;
  throw new KitError("usage", "the newest moment cannot be restored without loss", {
    why: `the database does not answer, and ${unarchived}. To go back to a moment, and lose what came after it, name it`,
    next: `./kit restore --at ${window.to.toISOString()} --stack ${stack}`,
  });
}

/** Refuses a data volume that cannot hold the restored database beside the present one. */
export function requireRoom(
  { dataFreeBytes }: Pick<Repository, "dataFreeBytes">,
  point: RestorePoint,
  stack: string,
): void {
  if (dataFreeBytes >= roomFor(point)) return;
  throw new KitError(
    "preflight",
    "the data volume has no room for the restored database beside the present one",
    {
      why: `${formatBytes(dataFreeBytes)} are free, about ${formatBytes(roomFor(point))} are needed: make the volume larger (database.storage) and bring it up, or restore beside it (--into NAME)`,
      next: `./kit up --stack ${stack}`,
    },
  );
}

const roomFor = ({ backup }: RestorePoint): number => backup.databaseBytes * 1.1;
