import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { databaseAnswers } from "./inspect.ts";
import { listPods } from "./jobs.ts";
import { getObject, kubectl, waitUntil } from "./kubectl.ts";
import { noteAnnotation, parseNote, type RestoreNote } from "./resume.ts";

/** How the database of a stack stands with regard to restores. */
export interface DatabaseService {
  /** What a restore that has not ended noted. */
  readonly note: RestoreNote | undefined;
  /** It is scaled to nothing, as a restore does. */
  readonly stopped: boolean;
}

interface StatefulSet {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly replicas?: number | undefined };
}

/** What the StatefulSet of a database says of restores. */
export const serviceOf = ({ metadata, spec }: StatefulSet): DatabaseService => ({
  note: parseNote(metadata.annotations?.[noteAnnotation]),
  stopped: spec.replicas === 0,
});

/** How the database stands; undefined while there is none. */
export async function findService(cluster: Cluster): Promise<DatabaseService | undefined> {
  const found = await getObject<StatefulSet>(cluster, cluster.databaseNamespace, "statefulset/postgres");
  return found && serviceOf(found);
}

/** How the database stands, which must be there. */
export async function readService(cluster: Cluster): Promise<DatabaseService> {
  const found = await findService(cluster);
  if (found !== undefined) return found;
  throw new KitError("failed", `namespace ${cluster.databaseNamespace} has no database`, {
    why: "there is no StatefulSet postgres",
    next: `./kit up --stack ${cluster.stack}`,
  });
}

/** Notes a restore at the database, or that there is none any more. */
export async function writeNote(cluster: Cluster, note: RestoreNote | undefined): Promise<void> {
  const change = note === undefined ? `${noteAnnotation}-` : `${noteAnnotation}=${JSON.stringify(note)}`;
  await kubectl(cluster, [
    ...["annotate", "statefulset/postgres", "-n", cluster.databaseNamespace, "--overwrite", change],
  ]);
}

/** Stops the server, then the database. */
export async function stopService(cluster: Cluster, phase: Phase): Promise<void> {
  await scaleServer(cluster, 0);
  await scaleDatabase(cluster, 0);
  await waitUntil(phase, "the database to stop", async () =>
    (await listPods(cluster, databasePods)).items.length === 0 ? true : undefined,
  );
}

/** Starts the database, then as many pods of the server as there were. */
export async function startService(cluster: Cluster, servers: number, phase: Phase): Promise<void> {
  await scaleDatabase(cluster, 1);
  await waitUntil(phase, "the database to answer", async () => (await databaseAnswers(cluster)) || undefined);
  await scaleServer(cluster, servers);
  await waitUntil(phase, "the server to be ready", async () =>
    (await readyServers(cluster)) >= servers ? true : undefined,
  );
}

const databasePods = "app.kubernetes.io/instance=postgres,app.kubernetes.io/component=database";

interface Deployment {
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly readyReplicas?: number };
}

async function server(cluster: Cluster): Promise<Deployment | undefined> {
  return getObject<Deployment>(cluster, cluster.serverNamespace, "deployment/server");
}

/** How many pods of the server are wanted now. */
export async function serverReplicas(cluster: Cluster): Promise<number> {
  return (await server(cluster))?.spec.replicas ?? 0;
}

async function readyServers(cluster: Cluster): Promise<number> {
  return (await server(cluster))?.status.readyReplicas ?? 0;
}

/** A stack can have its database before its server. */
async function scaleServer(cluster: Cluster, replicas: number): Promise<void> {
  if ((await server(cluster)) === undefined) return;
  await scale(cluster, cluster.serverNamespace, "deployment/server", replicas);
}

function scaleDatabase(cluster: Cluster, replicas: number): Promise<void> {
  return scale(cluster, cluster.databaseNamespace, "statefulset/postgres", replicas);
}

async function scale(cluster: Cluster, namespace: string, workload: string, replicas: number): Promise<void> {
  await kubectl(cluster, ["scale", workload, "-n", namespace, `--replicas=${replicas}`]);
}
