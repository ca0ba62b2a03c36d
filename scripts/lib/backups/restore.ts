import * as z from "zod";
import { say, type Phase, type Phases } from "../say.ts";
import { KitError } from "../errors.ts";
import type { Cluster } from "./cluster.ts";
import { deleteJob, endedJobState, jobState, runJob } from "./jobs.ts";
import { inDatabase } from "./kubectl.ts";
import { planRestore, planResumed, restoreEnvironment, type RestorePlan } from "./plan.ts";
import { type Decision, decide, isOf, type RestoreNote } from "./resume.ts";
import { readService, serverReplicas, startService, stopService, writeNote } from "./service.ts";

/** What to restore. Without `at` the newest moment, or what an interrupted restore was for. */
export interface RestoreRequest {
  readonly at?: string;
  /** Asked before anything is changed; it throws to stop. */
  readonly confirm: (plan: RestorePlan) => Promise<void>;
}

/** What a restore reached. */
export type RestoreResult = z.output<typeof resultSchema>;

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
  const { decision, plan } = await phases.run("check the key, the window and the room", (phase) =>
    planInPlace(cluster, request.at, phase),
  );
  await request.confirm(plan);
  await requireUnchanged(cluster, decision);

  const note = decision.action === "resume" ? decision.note : await newNote(cluster, decision);
  await phases.run("stop the server and the database", async (phase) => {
    if (decision.action === "start") await writeNote(cluster, note);
    await stopService(cluster, phase);
    await requireOwn(cluster, note, phase);
  });
  const restored = await phases.run("restore, start and query", (phase) =>
    restoreOrGoBack(cluster, note, plan, phase),
  );
  await phases.run("start the database and the server", (phase) =>
    startService(cluster, note.serverReplicas, phase),
  );
  await discardReplaced(cluster);
  await forget(cluster, note);
  return restored;
}

/** What a restore in place would do now. Changes nothing. */
export async function planInPlace(
  cluster: Cluster,
  asked: string | undefined,
  phase: Phase,
): Promise<{ decision: Going; plan: RestorePlan }> {
  const { note, stopped } = await readService(cluster);
  const job = note === undefined ? "absent" : await jobState(cluster, jobName(note));
  const decision = decide({ note, job, stopped }, asked ?? null);
  if (decision.action === "refuse") throw alreadyRunning(decision.note, cluster);
  const at = decision.action === "resume" ? decision.note.at : decision.at;
  if (note !== undefined)
    phase.note(`restore ${note.id} ${towards(note.at)} did not end; this goes ${towards(at)}`);
  const goesOn = decision.action === "resume" || (stopped && at === note?.at);
  const plan = goesOn
    ? await planResumed(cluster, at ?? undefined, phase)
    : await planRestore(cluster, "in place", at ?? undefined, phase);
  return { decision, plan };
}

type Going = Exclude<Decision, { action: "refuse" }>;

const towards = (at: string | null): string => `to ${at ?? "the newest moment"}`;

function alreadyRunning({ id, at }: RestoreNote, { stack }: Cluster): KitError {
  return new KitError("usage", "another restore is running", {
    why: `restore ${id} ${towards(at)} has not ended; without a moment the command follows it to its end`,
    next: `./kit restore --stack ${stack}`,
  });
}

/** Somebody else may restore while one is being confirmed. */
async function requireUnchanged(cluster: Cluster, decision: Going): Promise<void> {
  const { note } = await readService(cluster);
  if (!isOf(note, decision)) throw overtaken(cluster);
}

/** Once all is stopped nobody else's restore ends or begins unseen. After the end of one its database is in service. */
async function requireOwn(cluster: Cluster, own: RestoreNote, phase: Phase): Promise<void> {
  const { note } = await readService(cluster);
  if (note?.id === own.id) return;
  if (note === undefined) await startService(cluster, own.serverReplicas, phase);
  throw overtaken(cluster);
}

function overtaken({ stack }: Cluster): KitError {
  return new KitError("usage", "another restore began or ended meanwhile", {
    why: "what was confirmed does not hold any more; look how the stack stands before you restore again",
    next: `./kit status --stack ${stack}`,
  });
}

async function newNote(
  cluster: Cluster,
  { at, earlier }: Extract<Decision, { action: "start" }>,
): Promise<RestoreNote> {
  if (earlier !== undefined) await deleteJob(cluster, jobName(earlier));
  const serving = await serverReplicas(cluster);
  const replicas = serving > 0 ? serving : (earlier?.serverReplicas ?? 0);
  return { id: Date.now().toString(36), at, serverReplicas: replicas };
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
    if ((await endedJobState(cluster, job.name, phase)) !== "failed") throw error;
    phase.note(`${messageOf(error)}: the database goes back into service`);
    const reached = await goBack(cluster, note, phase);
    if (reached === undefined) throw error;
    phase.note("the restored database was in its place already");
    return reached;
  }
}

/**
 * Why the restore failed matters more than why the old database, which may be the reason for it, does not start. A job that
 * was killed late, as by the end of its node, can have put the restored one in its place: then what that reached comes back.
 */
async function goBack(cluster: Cluster, note: RestoreNote, phase: Phase): Promise<RestoreResult | undefined> {
  try {
    await startService(cluster, note.serverReplicas, phase);
    const reached = await readProof(cluster);
    if (reached?.id === note.id) return reached;
    await forget(cluster, note);
  } catch (error) {
    phase.note(`it does not come back by itself: ${messageOf(error)}`);
  }
  return undefined;
}

/** What a restore says of the database that it put in place; nothing once that counts as in service. */
async function readProof(cluster: Cluster): Promise<RestoreResult | undefined> {
  const file = "/var/lib/postgresql/data/pgdata/kit-restore.json";
  const { exitCode, stdout } = await inDatabase(cluster, "postgres-0", ["cat", file]);
  return exitCode === 0 ? resultSchema.parse(JSON.parse(stdout)) : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function discardReplaced(cluster: Cluster): Promise<void> {
  const command = ["/opt/kit/bin/discard-replaced"];
  const { exitCode, stderr } = await inDatabase(cluster, "postgres-0", command);
  if (exitCode === 0) return;
  const exec = `kubectl exec postgres-0 -n ${cluster.databaseNamespace} -c postgres -- ${command.join(" ")}`;
  say(`The database that was replaced still takes room: ${stderr.trim()}. Remove it with: ${exec}`);
}

async function forget(cluster: Cluster, note: RestoreNote): Promise<void> {
  await writeNote(cluster, undefined);
  await deleteJob(cluster, jobName(note));
}

function jobName(note: RestoreNote): string {
  return `restore-${note.id}`;
}
