import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import { tool } from "../tools/index.ts";
import { importImages, type ImageArchive } from "./containers.ts";
import { destroy } from "./destroy.ts";
import { whileNodeLocked } from "./lock.ts";
import type { Parked } from "./owner.ts";
import { running } from "./processes.ts";
import { requireRoot } from "./root.ts";
import { shutDown } from "./shutdown.ts";
import { bringUp } from "./start.ts";
import { lookAtNode, type NodeStatus } from "./status.ts";
import { takeOver } from "./takeover.ts";

export { contextName, kubeconfigPath, node } from "./layout.ts";
export { requireOwnNode } from "./takeover.ts";
export type { ImageArchive, NodeStatus };

/** Starts the machine's local node, or what of it is down. It goes on running when the kit ends. */
export async function startNode(phase: Phase): Promise<void> {
  requireRoot();
  await whileNodeLocked(phase, () => bringUp(phase));
}

/** Stops the local node and takes back what it changed on the machine. Its data stays. */
export async function stopNode(phase: Phase): Promise<void> {
  requireRoot();
  await whileNodeLocked(phase, async () => {
    await takeOver("end", phase);
    await shutDown(phase);
  });
}

/** Stops the local node and deletes all of it. Returns the stopped nodes of other checkouts that stay. */
export async function destroyNode(phase: Phase): Promise<readonly Parked[]> {
  requireRoot();
  return whileNodeLocked(phase, () => destroy(phase));
}

/** Looks at the local node, without changing anything. */
export async function nodeStatus(): Promise<NodeStatus> {
  requireRoot();
  return lookAtNode();
}

/** Makes images known to the node, so that pods can name them by digest without any registry. */
export async function loadImages(images: readonly ImageArchive[], phase: Phase): Promise<void> {
  await whileNodeLocked(phase, async () => {
    if (!(await running("containerd"))) throw notRunning();
    await importImages(await tool("containerd"), images, phase);
  });
}

function notRunning(): KitError {
  return new KitError("failed", "the local node does not run", {
    why: "images can only be loaded into a running node",
    next: "./kit local start",
  });
}
