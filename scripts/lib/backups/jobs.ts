import { KitError, exitCode, type ExitName } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import type { Phase } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { getObject, kubectl, tryKubectl, waitUntil } from "./kubectl.ts";

interface CronJob {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: {
    readonly jobTemplate: { readonly metadata: { readonly labels: object }; readonly spec: JobSpec };
  };
}

interface JobSpec {
  readonly template: { readonly spec: { readonly containers: readonly Container[] } };
}

/** A container as far as a job changes it. */
export interface Container {
  readonly name: string;
  readonly env?: readonly EnvironmentVariable[];
}

/** A plain environment variable of a container. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly state: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** A job to run: the chart's CronJob that gives its shape, its own name, and what its container is told. */
export interface JobRequest {
  readonly template: string;
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The Job that a CronJob of the chart would start, tried once, with more environment. It goes when the CronJob goes:
 * even the pod of an ended job keeps a claim from being deleted.
 */
export function jobFrom(cronJob: CronJob, request: JobRequest, namespace: string): object {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const { name, uid } = cronJob.metadata;
  const owner = { apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: request.name, namespace, labels: metadata.labels, ownerReferences: [owner] },
    spec: {
      ...spec,
      backoffLimit: 0,
      ttlSecondsAfterFinished: 86_400,
      template: {
        ...spec.template,
        spec: {
          ...spec.template.spec,
          containers: spec.template.spec.containers.map((container) => withEnv(container, request.env ?? {})),
        },
      },
    },
  };
}

/** A container with more environment variables; the later ones win. */
export function withEnv(container: Container, env: Readonly<Record<string, string>>): Container {
  const added = Object.entries(env).map(([name, value]) => ({ name, value }));
  const kept = (container.env ?? []).filter(({ name }) => !(name in env));
  return { ...container, env: [...kept, ...added] };
}

/** Runs a job to its end and returns what its program reported. A job of that name that exists already is followed. */
export async function runJob(cluster: Cluster, request: JobRequest, phase: Phase): Promise<unknown> {
  const namespace = cluster.databaseNamespace;
  if ((await getObject(cluster, namespace, `job/${request.name}`)) === undefined) {
    const cronJob = await getObject<CronJob>(cluster, namespace, `cronjob/${request.template}`);
    if (cronJob === undefined) throw noSuchTemplate(cluster, request.template);
    await kubectl(cluster, ["create", "-f", "-"], jobFrom(cronJob, request, namespace));
  }
  const pod = await waitUntil(phase, `pod of job ${request.name}`, () =>
    startedPod(cluster, request.name, phase),
  );
  const ended = await waitUntil(
    phase,
    `job ${request.name}`,
    () => endedContainer(cluster, request.name, pod, phase),
    86_400,
  );
  const log = await kubectl(cluster, ["logs", pod, "-n", namespace, "-c", ended.container]);
  const report = ended.exitCode === 0 ? parseReport(log) : undefined;
  if (report !== undefined) return report;
  throw (await deadlineError(cluster, request.name)) ?? jobError(cluster, request.name, ended.exitCode, log);
}

/** Removes a job and its pods. */
export async function deleteJob(cluster: Cluster, name: string): Promise<void> {
  await kubectl(cluster, [
    "delete",
    "job",
    name,
    "-n",
    cluster.databaseNamespace,
    "--ignore-not-found",
    "--wait=true",
  ]);
}

/** How a job stands: without it `absent`. */
export async function jobState(
  cluster: Cluster,
  name: string,
): Promise<"absent" | "running" | "succeeded" | "failed"> {
  const job = await getObject<{ status: { succeeded?: number; failed?: number } }>(
    cluster,
    cluster.databaseNamespace,
    `job/${name}`,
  );
  if (job === undefined) return "absent";
  if ((job.status.succeeded ?? 0) > 0) return "succeeded";
  return (job.status.failed ?? 0) > 0 ? "failed" : "running";
}

/** How a job stands once its controller knows that its pod has ended, which takes it a second or more. */
export async function endedJobState(
  cluster: Cluster,
  name: string,
  phase: Phase,
): Promise<"absent" | "running" | "succeeded" | "failed"> {
  const ended = async () => {
    const state = await jobState(cluster, name);
    return state === "running" ? undefined : state;
  };
  return waitUntil(phase, `the end of job ${name}`, ended, 60).catch(() => "running");
}

/** What a program of the image reported in the last line of its output. */
export function parseReport(log: string): unknown {
  const line = log.split("\n").findLast((candidate) => candidate.startsWith("RESULT "));
  return line === undefined ? undefined : JSON.parse(line.slice("RESULT ".length));
}

/** The error of a failed job: the program's own four parts where it gave them, else the end of its log. */
export function jobError(
  { stack }: Pick<Cluster, "stack">,
  job: string,
  code: number,
  log: string,
): KitError {
  const own = /^error (\d+): (.*)\n {2}why: {2}(.*)\n {2}next: (.*)$/m.exec(log);
  if (own !== null) {
    const [, exit, what = "", why = "", next = ""] = own;
    // The image does not know the name of its stack.
    const named = next.startsWith("./kit ") ? `${next} --stack ${stack}` : next;
    return new KitError(exitName(Number(exit)), what, { why: withTail(why, log), next: named });
  }
  return new KitError("failed", `job ${job} ended with code ${code}`, {
    why: withTail("the end of its log:", log),
    next: `kubectl logs job/${job} --all-containers`,
  });
}

function withTail(why: string, log: string): string {
  const told = /\b(WARN|ERROR|FATAL|PANIC|HINT)\b|^ +HINT/;
  const lines = log.split("\n").filter((line) => told.test(line));
  const tail = lines.length > 0 ? lines.slice(-5) : log.trimEnd().split("\n").slice(-5);
  return why.endsWith(":") || lines.length > 0 ? [why, ...tail].join("\n        ") : why;
}

function exitName(code: number): ExitName {
  const found = Object.entries(exitCode).find(([, value]) => value === code);
  return (found?.[0] ?? "failed") as ExitName;
}

/** The job's pod once one of its containers has run; until then what holds it up is shown. */
async function startedPod(cluster: Cluster, job: string, phase: Phase): Promise<string | undefined> {
  const { items } = await listPods(cluster, `job-name=${job}`);
  const pod = items.at(-1);
  if (pod === undefined) return undefined;
  if (statuses(pod).some(({ state }) => state.running ?? state.terminated)) return pod.metadata.name;
  const heldUp = pod.status.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  )?.message;
  const waiting = statuses(pod).find(({ state }) => state.waiting?.message !== undefined)?.state.waiting
    ?.message;
  phase.waitingFor(`pod of job ${job}: ${heldUp ?? waiting ?? "starting"}`);
  return undefined;
}

/** Kubernetes kills and deletes the pod of a job that takes too long, which would look as if somebody had. */
async function deadlineError(cluster: Cluster, name: string): Promise<KitError | undefined> {
  const job = await getObject<{ status: { conditions?: readonly { reason?: string; message?: string }[] } }>(
    cluster,
    cluster.databaseNamespace,
    `job/${name}`,
  );
  const late = job?.status.conditions?.find(({ reason }) => reason === "DeadlineExceeded");
  if (late === undefined) return undefined;
  return new KitError("failed", `job ${name} took too long, and Kubernetes ended it`, {
    why: late.message ?? "its deadline was over",
    next: commandAsTyped(),
  });
}

async function endedContainer(
  cluster: Cluster,
  job: string,
  name: string,
  phase: Phase,
): Promise<{ container: string; exitCode: number } | undefined> {
  const pod = await getObject<Pod>(cluster, cluster.databaseNamespace, `pod/${name}`);
  if (pod === undefined) {
    throw (
      (await deadlineError(cluster, job)) ??
      new KitError("failed", `pod ${name} is gone`, { why: "somebody deleted it", next: commandAsTyped() })
    );
  }
  const failed = statuses(pod).find(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  const ended = failed ?? pod.status.containerStatuses?.find(({ state }) => state.terminated !== undefined);
  if (ended?.state.terminated === undefined) {
    const { stdout } = await tryKubectl(cluster, ["logs", name, "-n", cluster.databaseNamespace, "--tail=1"]);
    phase.waitingFor(stdout.trim() || `pod ${name}`);
    return undefined;
  }
  return { container: ended.name, exitCode: ended.state.terminated.exitCode };
}

/** Pods of the database's namespace with a label. */
export async function listPods(cluster: Cluster, selector: string): Promise<{ items: Pod[] }> {
  const pods = ["get", "pods", "-n", cluster.databaseNamespace, "-l", selector, "-o", "json"];
  return JSON.parse(await kubectl(cluster, pods)) as { items: Pod[] };
}

function statuses(pod: Pod): ContainerStatus[] {
  return [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
}

function noSuchTemplate(cluster: Cluster, name: string): KitError {
  return new KitError("failed", `namespace ${cluster.databaseNamespace} has no CronJob ${name}`, {
    why: "the database chart of this stack is not installed, or is an older one",
    next: `./kit up --stack ${cluster.stack}`,
  });
}
