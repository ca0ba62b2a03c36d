import { KitError } from "../errors.ts";
import { Phases, type Phase } from "../say.ts";
import { besideManifests, besideName, type Originals } from "./beside-manifests.ts";
import type { Cluster } from "./cluster.ts";
import { jobError } from "./jobs.ts";
import { getObject, inDatabase, kubectl, waitUntil } from "./kubectl.ts";
import { planRestore, restoreEnvironment, resultSchema, type RestoreResult } from "./restore.ts";

/** Restores beside the running database: a copy of its own with its own volume, which can never write to the repository. */
export async function restoreBeside(
  cluster: Cluster,
  name: string,
  at: string | undefined,
): Promise<RestoreResult> {
  const phases = new Phases(2);
  const instance = besideName(name);
  await refuseExisting(cluster, name);
  const plan = await phases.run("check the key and the window", (phase) => planRestore(cluster, at, phase));
  return phases.run(`restore into ${instance}`, async (phase) => {
    const env = restoreEnvironment(Date.now().toString(36), plan);
    const manifests = besideManifests(await originals(cluster), name, env);
    await kubectl(cluster, ["create", "-f", "-"], { apiVersion: "v1", kind: "List", items: manifests });
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

/** Removes a copy that was restored beside, with its volume. */
export async function removeBeside(cluster: Cluster, name: string): Promise<void> {
  await kubectl(cluster, [
    ...["delete", "statefulset,service,networkpolicy,persistentvolumeclaim", "-n", cluster.databaseNamespace],
    ...["-l", `app.kubernetes.io/instance=${besideName(name)}`, "--wait=true"],
  ]);
}

async function refuseExisting(cluster: Cluster, name: string): Promise<void> {
  const instance = besideName(name);
  const present = await getObject(cluster, cluster.databaseNamespace, `statefulset/${instance}`);
  if (present === undefined) return;
  throw new KitError("usage", `${instance} exists`, {
    why: "a copy of that name was restored earlier",
    next: `choose another name, or remove it: ./kit restore --into ${name} --remove --stack ${cluster.stack}`,
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
    readonly initContainerStatuses?: readonly {
      readonly name: string;
      readonly lastState: { readonly terminated?: { readonly exitCode: number } };
    }[];
  };
}

async function readyOrFailed(cluster: Cluster, name: string, phase: Phase): Promise<true | undefined> {
  const pod = await getObject<BesidePod>(cluster, cluster.databaseNamespace, `pod/${name}`);
  const failed = pod?.status.initContainerStatuses?.find(
    ({ lastState }) => (lastState.terminated?.exitCode ?? 0) !== 0,
  );
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
    throw jobError(name, failed.lastState.terminated?.exitCode ?? 1, log);
  }
  if (pod !== undefined) phase.waitingFor(`${name} to restore and to be ready`);
  return (
    pod?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") || undefined
  );
}
