import type { Cluster } from "../backups/cluster.ts";
import { kubectl } from "../backups/kubectl.ts";
import { readStackFile, stackNames } from "./file.ts";

/** The stacks that have namespaces on a cluster. */
export async function stacksOn(cluster: Cluster): Promise<string[]> {
  const names = await kubectl(cluster, [
    ...["get", "namespaces", "-l", "app.kubernetes.io/part-of=dexie-cloud-kit"],
    ...["-o", "jsonpath={.items[*].metadata.name}"],
  ]);
  return stacksOfNamespaces(names.split(/\s+/).filter(Boolean));
}

/** Every stack has two namespaces. */
export function stacksOfNamespaces(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.replace(/-(server|database)$/, "")))];
}

/** The stacks of this checkout whose target is the local node: one that is stopped does not show what is on it. */
export async function stacksMeantForNode(): Promise<string[]> {
  const names = await stackNames();
  const targets = await Promise.all(names.map(async (name) => (await readStackFile(name))?.plain["target"]));
  return names.filter((_, at) => (targets[at] as { kind?: string } | undefined)?.kind === "local");
}
