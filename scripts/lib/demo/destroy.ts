import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { KitError } from "../errors.ts";
import { destroyNode, kubeconfigPath, nodeStatus } from "../local/index.ts";
import { awaitUnlocked, destroy, letGo, openWorkspace, removeStack, stackExists } from "../pulumi/index.ts";
import type { Phase, Phases } from "../say.ts";
import { clusterOf } from "../stack/cluster.ts";
import { stackFile } from "../stack/file.ts";
import { hasStackHome, stackHome } from "../stack/home.ts";
import { stacksMeantForNode, stacksOn } from "../stack/on-node.ts";
import { demoStack, requireOwnStack } from "./own.ts";

/** How many phases `destroyDemo` has. */
export const destroyPhases = 3;

/** Removes everything that the demo made. Returns the other stacks for which the node stays. */
export async function destroyDemo(phases: Phases): Promise<string[]> {
  await requireOwnStack();
  const cluster = await clusterOf(demoStack, { kind: "local", kubeconfig: kubeconfigPath });
  const { state } = await nodeStatus();
  const runs = state === "ready" || state === "degraded";
  if (state === "stopped" || state === "parked") await refuseUnseen();
  const others = runs ? withoutDemo(await stacksOn(cluster)) : [];
  await phases.run("stack", async (phase) => {
    if (runs) await destroyStack(phase);
    else phase.note("the node does not run: the stack goes with it");
  });
  await phases.run("local node", async (phase) => {
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
  const local = withoutDemo(await stacksMeantForNode());
  if (local.length === 0) return;
  throw new KitError("usage", "the local node is stopped and may hold the data of other stacks", {
    why: `this checkout has ${local.join(", ")} on it`,
    next: "./kit local start && ./kit demo --destroy",
  });
}

const withoutDemo = (stacks: readonly string[]): string[] => stacks.filter((name) => name !== demoStack);
