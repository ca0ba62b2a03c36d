import * as z from "zod";
import { KitError } from "../errors.ts";
import { formatBytes } from "./format.ts";
import { say, type Phase, type Phases } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { archiveNow, databaseAnswers, inspectRepository } from "./inspect.ts";
import { deleteJob, jobState, listPods, runJob } from "./jobs.ts";
import { getObject, inDatabase, kubectl, waitUntil } from "./kubectl.ts";
import { type Moment, parseMoment } from "./moment.ts";
import type { Repository } from "./repository.ts";
import { type Decision, decide, noteAnnotation, parseNote, type RestoreNote } from "./resume.ts";
import {
  describeWindow,
  requireInside,
  requireWindow,
  restorableWindow,
  type RestorableWindow,
  type RestorePoint,
  restorePoint,
} from "./window.ts";

/** What to restore. Without `at` the newest moment. */
export interface RestoreRequest {
  readonly at?: string;
  /** Asked before anything is changed; it throws to stop. */
  readonly confirm: (window: RestorableWindow) => Promise<void>;
}

/** What a restore reached. */
export type RestoreResult = z.output<typeof resultSchema>;

/** A checked plan: nothing was touched to make it. */
export interface RestorePlan {
  readonly window: RestorableWindow;
  readonly point: RestorePoint;
  readonly at: Moment | undefined;
}

/** What the image's `restore` reports. */
export const resultSchema = z.object({
  id: z.string(),
  backup: z.string(),
  target: z.string().nullable(),
  /** Newest row of the sentinel: what was committed until then is there. */
  recoveryPoint: z.string().nullable(),
  timeline: z.number(),
  databaseBytes: z.number(),
});

/** How many phases a restore in place has. */
export const restorePhases = 4;

/** Brings the stack's database back to a moment. What it replaces is kept until the result is proven and in service. */
export async function restoreInPlace(
  cluster: Cluster,
  request: RestoreRequest,
  phases: Phases,
): Promise<RestoreResult> {
  const decision = await pending(cluster, request.at ?? null);
  refuseSecond(decision, cluster);
  const resumed = decision.action === "resume" ? decision.note : undefined;
  if (resumed !== undefined)
    say(`resuming the restore ${resumed.id} to ${resumed.at ?? "the newest moment"}`);

  const plan = await phases.run("check the key, the window and the room", (phase) =>
    resumed === undefined
      ? planRestore(cluster, request.at, phase)
      : planResumed(cluster, resumed.at ?? undefined, phase),
  );
  await request.confirm(plan.window);

  const note = resumed ?? (await newNote(cluster, request.at, decision));
  await phases.run("stop the server and the database", (phase) => stop(cluster, note, phase));
  const restored = await phases.run("restore, start and query", (phase) =>
    restoreOrGoBack(cluster, note, plan, phase),
  );
  await phases.run("start the database and the server", (phase) => startAgain(cluster, note, phase));
  await inDatabase(cluster, "postgres-0", ["/opt/kit/bin/discard-replaced"]);
  await forget(cluster, note);
  return restored;
}

/** Checks all that can be checked before anything is changed. */
export async function planRestore(
  cluster: Cluster,
  asked: string | undefined,
  phase: Phase,
): Promise<RestorePlan> {
  const at = asked === undefined ? undefined : parseMoment(asked);
  const archived = await newestMoment(cluster, at, phase);
  const repository = await inspectRepository(cluster, phase);
  const window = requireWindow(restorableWindow(repository, archived));
  phase.note(`restorable: ${describeWindow(window)}`);
  requireInside(window, at, asked);
  const point = restorePoint(repository, at?.date);
  requireRoom(cluster, repository, point);
  return { window, point, at };
}

/** The window was checked when the restore began; with the database stopped it would be estimated, and shorter. */
async function planResumed(cluster: Cluster, asked: string | undefined, phase: Phase): Promise<RestorePlan> {
  const at = asked === undefined ? undefined : parseMoment(asked);
  const repository = await inspectRepository(cluster, phase);
  const window = requireWindow(restorableWindow(repository));
  return { window, point: restorePoint(repository, at?.date), at };
}

/** Without a time, nothing that is committed may be missing; a time of the past does not need the newest changes. */
async function newestMoment(
  cluster: Cluster,
  at: Moment | undefined,
  phase: Phase,
): Promise<Date | undefined> {
  if (!(await databaseAnswers(cluster))) return undefined;
  try {
    return await archiveNow(cluster);
  } catch (error) {
    if (at === undefined || !(error instanceof KitError)) throw error;
    phase.note(error.message);
    return undefined;
  }
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

function requireRoom({ stack }: Cluster, { dataFreeBytes }: Repository, { backup }: RestorePoint): void {
  const needed = backup.databaseBytes * 1.1;
  if (dataFreeBytes >= needed) return;
  throw new KitError(
    "preflight",
    "the data volume has no room for the restored database beside the present one",
    {
      why: `${formatBytes(dataFreeBytes)} are free, about ${formatBytes(needed)} are needed: make the volume larger (database.storage) and bring it up, or restore beside it (--into NAME)`,
      next: `./kit up --stack ${stack}`,
    },
  );
}

async function pending(cluster: Cluster, at: string | null): Promise<Decision> {
  const database = await statefulSet(cluster);
  const note = parseNote(database.metadata.annotations?.[noteAnnotation]);
  return decide(note, note === undefined ? "absent" : await jobState(cluster, jobName(note)), at);
}

function refuseSecond(decision: Decision, cluster: Cluster): void {
  if (decision.action !== "refuse") return;
  throw new KitError("usage", "another restore is running", {
    why: `restore ${decision.note.id} to ${decision.note.at ?? "the newest moment"} has not ended; without a moment the command follows it to its end`,
    next: `./kit restore --stack ${cluster.stack}`,
  });
}

async function newNote(cluster: Cluster, at: string | undefined, decision: Decision): Promise<RestoreNote> {
  const replaced = decision.action === "replace" ? decision.note : undefined;
  if (replaced !== undefined) await deleteJob(cluster, jobName(replaced));
  const replicas = replaced?.serverReplicas ?? (await serverReplicas(cluster));
  return { id: Date.now().toString(36), at: at ?? null, serverReplicas: replicas };
}

async function stop(cluster: Cluster, note: RestoreNote, phase: Phase): Promise<void> {
  await kubectl(cluster, [
    ...["annotate", "statefulset/postgres", "-n", cluster.databaseNamespace, "--overwrite"],
    `${noteAnnotation}=${JSON.stringify(note)}`,
  ]);
  await scaleServer(cluster, 0);
  await scaleDatabase(cluster, 0);
  await waitUntil(phase, "the database to stop", async () =>
    (await listPods(cluster, databasePods)).items.length === 0 ? true : undefined,
  );
}

/** The old cluster was only set aside by name when the new one was proven; when that fails, it goes into service again. */
async function restoreOrGoBack(
  cluster: Cluster,
  note: RestoreNote,
  plan: RestorePlan,
  phase: Phase,
): Promise<RestoreResult> {
  const job = { template: "restore", name: jobName(note), env: restoreEnvironment(note.id, plan) };
  try {
    return resultSchema.parse(await runJob(cluster, job, phase));
  } catch (error) {
    if ((await jobState(cluster, job.name)) !== "failed") throw error;
    phase.note("the restore failed: the database goes back into service as it was");
    await startAgain(cluster, note, phase);
    await forget(cluster, note);
    throw error;
  }
}

async function startAgain(cluster: Cluster, note: RestoreNote, phase: Phase): Promise<void> {
  await scaleDatabase(cluster, 1);
  await waitUntil(phase, "the database to answer", async () => (await databaseAnswers(cluster)) || undefined);
  await scaleServer(cluster, note.serverReplicas);
  await waitUntil(phase, "the server to be ready", async () =>
    (await readyServers(cluster)) >= note.serverReplicas ? true : undefined,
  );
}

async function forget(cluster: Cluster, note: RestoreNote): Promise<void> {
  await kubectl(cluster, [
    "annotate",
    "statefulset/postgres",
    "-n",
    cluster.databaseNamespace,
    `${noteAnnotation}-`,
  ]);
  await deleteJob(cluster, jobName(note));
}

const databasePods = "app.kubernetes.io/instance=postgres,app.kubernetes.io/component=database";

function jobName(note: RestoreNote): string {
  return `restore-${note.id}`;
}

interface StatefulSet {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

async function statefulSet(cluster: Cluster): Promise<StatefulSet> {
  const found = await getObject<StatefulSet>(cluster, cluster.databaseNamespace, "statefulset/postgres");
  if (found !== undefined) return found;
  throw new KitError("failed", `namespace ${cluster.databaseNamespace} has no database`, {
    why: "there is no StatefulSet postgres",
    next: `./kit up --stack ${cluster.stack}`,
  });
}

interface Deployment {
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly readyReplicas?: number };
}

async function server(cluster: Cluster): Promise<Deployment | undefined> {
  return getObject<Deployment>(cluster, cluster.serverNamespace, "deployment/server");
}

async function serverReplicas(cluster: Cluster): Promise<number> {
  return (await server(cluster))?.spec.replicas ?? 0;
}

async function readyServers(cluster: Cluster): Promise<number> {
  return (await server(cluster))?.status.readyReplicas ?? 0;
}

/** A stack can have its database before its server. */
async function scaleServer(cluster: Cluster, replicas: number): Promise<void> {
  if ((await server(cluster)) === undefined) return;
  await kubectl(cluster, [
    "scale",
    "deployment/server",
    "-n",
    cluster.serverNamespace,
    `--replicas=${replicas}`,
  ]);
}

async function scaleDatabase(cluster: Cluster, replicas: number): Promise<void> {
  await kubectl(cluster, [
    "scale",
    "statefulset/postgres",
    "-n",
    cluster.databaseNamespace,
    `--replicas=${replicas}`,
  ]);
}
