import { KitError } from "../errors.ts";
import { Phases, type Phase } from "../say.ts";
import { besideManifests, besideName, type Originals } from "./beside-manifests.ts";
import type { Cluster } from "./cluster.ts";
import { type Container, jobError } from "./jobs.ts";
import { getObject, inDatabase, kubectl, waitUntil } from "./kubectl.ts";
import { type Moment, parseMoment } from "./moment.ts";
import { planRestore, restoreEnvironment, type RestorePlan } from "./plan.ts";
import { resultSchema, type RestoreResult } from "./restore.ts";

/**
 * Restores beside the running database: a copy of its own with its own volume, which can never write to the repository.
 * One that was begun for the same moment and is not ready is followed.
 */
export async function restoreBeside(
  cluster: Cluster,
  name: string,
  at: string | undefined,
): Promise<RestoreResult> {
  const phases = new Phases(2);
  const instance = besideName(name);
  const begun = await phases.run("check the key and the window", async (phase) => {
    const present = await getCopy(cluster, name);
    if (present === undefined) return planRestore(cluster, "beside", at, phase);
    refuseOther(cluster, name, present, at === undefined ? undefined : parseMoment(at));
    phase.note(`${instance} was begun earlier: it is followed`);
    return undefined;
  });
  return phases.run(`restore into ${instance}`, async (phase) => {
    if (begun !== undefined) await makeCopy(cluster, name, begun);
    await waitUntil(
      phase,
      `${instance}-0 to be ready`,
      () => readyOrFailed(cluster, `${instance}-0`, phase),
      86_400,
    );
    const { stdout } = await inDatabase(cluster, `${instance}-0`, [
      "cat",
      "/var/lib/postgresql/data/pgdata/kit-restore.json",
    ]);
    return resultSchema.parse(JSON.parse(stdout));
  });
}

/** The StatefulSet is made last: without it an earlier attempt was cut off, and its objects are taken over. */
async function makeCopy(cluster: Cluster, name: string, plan: RestorePlan): Promise<void> {
  const env = restoreEnvironment(Date.now().toString(36), plan);
  const manifests = besideManifests(await originals(cluster), name, env);
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await kubectl(cluster, ["apply", "--server-side", "--field-manager=dexie-cloud-kit", "-f", "-"], list);
}

/** Refuses to remove a copy that is not there. */
export async function requireCopy(cluster: Cluster, name: string): Promise<void> {
  if ((await getCopy(cluster, name)) !== undefined) return;
  throw new KitError("usage", `there is no copy ${besideName(name)}`, {
    why: `namespace ${cluster.databaseNamespace} has no StatefulSet of that name`,
    next: `kubectl get statefulsets -n ${cluster.databaseNamespace}`,
  });
}

/** Removes a copy that was restored beside, with its volume. */
export async function removeBeside(cluster: Cluster, name: string): Promise<void> {
  await kubectl(cluster, [
    ...["delete", "statefulset,service,networkpolicy,persistentvolumeclaim", "-n", cluster.databaseNamespace],
    ...["-l", `app.kubernetes.io/instance=${besideName(name)}`, "--wait=true"],
  ]);
}

interface Copy {
  readonly spec: { readonly template: { readonly spec: { readonly initContainers: readonly Container[] } } };
  readonly status: { readonly readyReplicas?: number };
}

function getCopy(cluster: Cluster, name: string): Promise<Copy | undefined> {
  return getObject<Copy>(cluster, cluster.databaseNamespace, `statefulset/${besideName(name)}`);
}

function refuseOther(cluster: Cluster, name: string, copy: Copy, at: Moment | undefined): void {
  const environment = copy.spec.template.spec.initContainers.flatMap(({ env }) => env ?? []);
  const target = environment.find((variable) => variable.name === "KIT_RESTORE_TARGET")?.value ?? "";
  if ((copy.status.readyReplicas ?? 0) === 0 && target === (at?.postgres ?? "")) return;
  throw new KitError("usage", `${besideName(name)} exists`, {
    why: `a copy of that name was restored earlier, to ${target === "" ? "the newest moment" : target}; choose another name, or remove it`,
    next: `./kit restore --into ${name} --remove --stack ${cluster.stack}`,
  });
}

async function originals(cluster: Cluster): Promise<Originals> {
  const get = async <T>(kind: string): Promise<T> => {
    const found = await getObject<T>(cluster, cluster.databaseNamespace, kind);
    if (found !== undefined) return found;
    throw new KitError("failed", `${kind} is missing in ${cluster.databaseNamespace}`, {
      why: "a copy takes its shape from the database of the stack",
      next: `./kit up --stack ${cluster.stack}`,
    });
  };
  return {
    statefulSet: await get("statefulset/postgres"),
    service: await get("service/postgres"),
    policy: await get("networkpolicy/postgres"),
    claim: await get("persistentvolumeclaim/data-postgres-0"),
    restore: await get("cronjob/restore"),
  };
}

interface BesidePod {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly InitContainer[];
  };
}

interface InitContainer {
  readonly name: string;
  readonly state: { readonly waiting?: object; readonly running?: object; readonly terminated?: object };
  readonly lastState: { readonly terminated?: { readonly exitCode: number } };
}

/** The container that failed, and how. One that a restart of the node ended is at work again. */
export function failureOf(
  containers: readonly InitContainer[],
): { name: string; exitCode: number } | undefined {
  const failed = containers
    .filter(({ state }) => state.waiting !== undefined)
    .map(({ name, lastState }) => ({ name, exitCode: lastState.terminated?.exitCode ?? 0 }));
  return failed.find(({ exitCode }) => exitCode !== 0);
}

async function readyOrFailed(cluster: Cluster, name: string, phase: Phase): Promise<true | undefined> {
  const pod = await getObject<BesidePod>(cluster, cluster.databaseNamespace, `pod/${name}`);
  const failed = failureOf(pod?.status.initContainerStatuses ?? []);
  if (failed !== undefined) {
    const log = await kubectl(cluster, [
      "logs",
      name,
      "-n",
      cluster.databaseNamespace,
      "-c",
      failed.name,
      "--previous",
    ]);
    throw jobError(cluster, name, failed.exitCode, log);
  }
  if (pod !== undefined) phase.waitingFor(`${name} to restore and to be ready`);
  return (
    pod?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") || undefined
  );
}
