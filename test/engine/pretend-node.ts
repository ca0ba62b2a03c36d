// Stands where a node would: takes every pod, calls it running (or done, when a job made it) and lets it go when told.
import { CoreV1Api, KubeConfig, type V1Node, type V1Pod, type V1PodStatus } from "@kubernetes/client-node";
import { setTimeout as pause } from "node:timers/promises";

const nodeName = "pretend";
const address = "10.1.2.3";

/** Takes the pods of some namespaces until it is stopped. Returns how to stop it. */
export async function pretendNode(
  kubeconfig: string,
  namespaces: readonly string[],
): Promise<() => Promise<void>> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  await api.createNode({ body: { metadata: { name: nodeName } } }).catch(exists);
  const stopping = new AbortController();
  const ended = workUntil(stopping.signal, api, namespaces);
  return () => {
    stopping.abort();
    return ended;
  };
}

function exists(error: unknown): void {
  if ((error as { code?: number }).code !== 409) throw error;
}

async function workUntil(signal: AbortSignal, api: CoreV1Api, namespaces: readonly string[]): Promise<void> {
  while (!signal.aborted) {
    await reportAlive(api);
    await Promise.all(namespaces.map((namespace) => lookAfter(api, namespace)));
    await pause(200);
  }
}

async function reportAlive(api: CoreV1Api): Promise<void> {
  const node: V1Node = await api.readNode({ name: nodeName });
  const ready = { ...yes("Ready"), lastHeartbeatTime: new Date() };
  const body = { ...node, status: { conditions: [ready] } };
  await api.replaceNodeStatus({ name: nodeName, body }).catch(exists);
}

async function lookAfter(api: CoreV1Api, namespace: string): Promise<void> {
  const { items } = await api.listNamespacedPod({ namespace });
  // What went away meanwhile needs nothing any more.
  await Promise.allSettled(items.map((pod) => advance(api, namespace, pod)));
}

async function advance(api: CoreV1Api, namespace: string, pod: V1Pod): Promise<unknown> {
  const name = pod.metadata?.name ?? "";
  const { deletionTimestamp } = pod.metadata ?? {};
  if (deletionTimestamp) return api.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  if (!pod.spec?.nodeName) {
    const body = { metadata: { name }, target: { apiVersion: "v1", kind: "Node", name: nodeName } };
    return api.createNamespacedPodBinding({ name, namespace, body });
  }
  if (pod.status?.phase !== "Pending") return undefined;
  return api.replaceNamespacedPodStatus({
    name,
    namespace,
    body: { ...pod, status: isJob(pod) ? done : running },
  });
}

const isJob = ({ metadata }: V1Pod): boolean =>
  metadata?.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;

const yes = (type: string) => ({ type, status: "True", lastTransitionTime: new Date() });

const running: V1PodStatus = {
  phase: "Running",
  conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(yes),
  podIP: address,
  podIPs: [{ ip: address }],
  startTime: new Date(),
};
const done: V1PodStatus = { phase: "Succeeded", conditions: [yes("PodScheduled")], startTime: new Date() };
