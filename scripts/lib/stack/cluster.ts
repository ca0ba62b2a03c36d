import { namesOf } from "../../../infra/naming.ts";
import type { Settings } from "../../../infra/settings/schema.ts";
import type { Cluster } from "../backups/cluster.ts";
import { kubectl } from "../backups/kubectl.ts";
import { contextName, requireOwnNode } from "../local/index.ts";
import { readSettings } from "./file.ts";

/** Where a stack's database and server run, from the stack's settings. Fails within seconds when nobody answers there. */
export async function resolveCluster(stack: string): Promise<Cluster> {
  const { target } = await readSettings(stack);
  const cluster = await clusterOf(stack, target);
  // By itself kubectl tries for minutes.
  await kubectl(cluster, ["version", "--request-timeout", "10s"]);
  return cluster;
}

/** Where a stack runs on a target. A local node of another checkout may have stacks of the same name: it is refused. */
export async function clusterOf(stack: string, target: Settings["target"]): Promise<Cluster> {
  if (target.kind === "local") await requireOwnNode();
  return {
    stack,
    kubeconfig: target.kubeconfig,
    context: target.kind === "local" ? contextName : target.context,
    ...namesOf(stack),
  };
}
