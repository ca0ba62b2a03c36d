import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Cluster } from "../backups/cluster.ts";
import { kubectl } from "../backups/kubectl.ts";
import { KitError } from "../errors.ts";
import { destroyNode, kubeconfigPath, nodeStatus } from "../local/index.ts";
import { awaitUnlocked, destroy, letGo, openWorkspace, removeStack, stackExists } from "../pulumi/index.ts";
import type { Phase, Phases } from "../say.ts";
import { clusterOf } from "../stack/cluster.ts";
import { readStackFile, stackFile, stackNames } from "../stack/file.ts";
import { hasStackHome, stackHome } from "../stack/home.ts";
import { demoStack, requireOwnStack } from "./own.ts";

/** How many phases `destroyDemo` has. */
export const destroyPhases = 3;

/** Removes everything that the demo made. Returns the other stacks for which the node stays. */
export async function destroyDemo(phases: Phases): Promise<string[]> {
  await requireOwnStack();
  const cluster = clusterOf(demoStack, { kind: "local", kubeconfig: kubeconfigPath });
  const { state } = await nodeStatus();
  const runs = state === "ready" || state === "degraded";
  if (state === "stopped") await refuseUnseen();
  const others = runs ? await otherStacks(cluster) : [];
  await phases.run("stack", async (phase) => {
    if (runs) await destroyStack(phase);
    else phase.note("the node does not run: the stack goes with it");
  });
  await phases.run("local cluster", async (phase) => {
    if (others.length === 0) await destroyNode(phase);
    else phase.note(`stays, because stacks are on it: ${others.join(", ")}`);
  });
  await phases.run("state and keys", async () => {
    await rm(stackHome(demoStack).dir, { recursive: true, force: true });
    await rm(stackFile(demoStack), { force: true });
  });
  return others;
}

async function destroyStack(phase: Phase): Promise<void> {
  if (!hasStackHome(demoStack) || !existsSync(stackFile(demoStack))) {
    phase.note("there is none");
    return;
  }
  const workspace = await openWorkspace(demoStack);
  if (!(await stackExists(workspace))) return;
  await awaitUnlocked(workspace);
  await letGo(workspace);
  await destroy(workspace, phase);
  await removeStack(workspace);
}

/** A node that is stopped shows nobody's data, and destroying it would take the data of every stack on it. */
async function refuseUnseen(): Promise<void> {
  const others = (await stackNames()).filter((name) => name !== demoStack);
  const targets = await Promise.all(others.map(async (name) => (await readStackFile(name))?.plain["target"]));
  const local = others.filter((_, at) => (targets[at] as { kind?: string } | undefined)?.kind === "local");
  if (local.length === 0) return;
  throw new KitError("usage", "the local node is stopped and may hold the data of other stacks", {
    why: `this checkout has ${local.join(", ")} on it`,
    next: "./kit local start && ./kit demo --destroy",
  });
}

/** The other stacks that have namespaces on the node. */
async function otherStacks(cluster: Cluster): Promise<string[]> {
  const names = await kubectl(cluster, [
    ...["get", "namespaces", "-l", "app.kubernetes.io/part-of=dexie-cloud-kit"],
    ...["-o", "jsonpath={.items[*].metadata.name}"],
  ]);
  const stacks = names
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => name.replace(/-(server|database)$/, ""));
  return [...new Set(stacks)].filter((name) => name !== demoStack);
}
