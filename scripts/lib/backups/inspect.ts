import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { deleteJob, runJob } from "./jobs.ts";
import { getObject, inDatabase } from "./kubectl.ts";
import { type Repository, parseInspection } from "./repository.ts";

/** Opens the repository with the stack's key and reads what it holds. Fails with exit 27 when the key does not open it. */
export async function inspectRepository(cluster: Cluster, phase: Phase): Promise<Repository> {
  await requireClaim(cluster);
  const name = `inspect-${Date.now().toString(36)}`;
  try {
    return parseInspection(await runJob(cluster, { template: "inspect", name }, phase));
  } finally {
    await deleteJob(cluster, name);
  }
}

/** The pod would wait for a claim that is gone. */
async function requireClaim(cluster: Cluster): Promise<void> {
  const { stack, databaseNamespace } = cluster;
  if (await getObject(cluster, databaseNamespace, "persistentvolumeclaim/data-postgres-0")) return;
  throw new KitError("failed", "the database has no volume", {
    why: `the claim data-postgres-0 in ${databaseNamespace} is gone; made again, it can be restored to`,
    next: `./kit up --refresh --stack ${stack}`,
  });
}

/** True when the database of the stack answers. */
export async function databaseAnswers(cluster: Cluster): Promise<boolean> {
  const pod = await getObject<{ status: { containerStatuses?: { name: string; ready: boolean }[] } }>(
    cluster,
    cluster.databaseNamespace,
    "pod/postgres-0",
  );
  return pod?.status.containerStatuses?.some(({ name, ready }) => name === "postgres" && ready) ?? false;
}

/** Brings the newest changes into the repository. */
export async function archiveNow(cluster: Cluster): Promise<void> {
  const { stack, databaseNamespace } = cluster;
  const { exitCode, stderr } = await inDatabase(cluster, "postgres-0", ["/opt/kit/bin/archive-now"]);
  if (exitCode === 0) return;
  throw new KitError("failed", "the newest changes cannot be archived", {
    why: stderr.trim(),
    next: `kubectl logs postgres-0 -c postgres -n ${databaseNamespace}, and ./kit backup list --stack ${stack} for the room left in the repository`,
  });
}
