// Stands where a node, a volume provisioner and a load balancer would: pods run at once (or are done, when a job made
// them) and go when told, claims get a volume, and who waits for an address gets one. Who waits for them is real.
import { setTimeout as pause } from "node:timers/promises";
import { Cluster, isConflict, isNotFound } from "../../toolchain/standins/k8s-api.ts";
import { asObject, asText, type JsonObject } from "../../toolchain/standins/values.ts";

const nodeName = "pretend";
const storageClass = "pretend";
const address = "10.1.2.3";

/** A node that is no more than its words. */
export interface PretendNode {
  /** While true, pods of jobs fail and are started again, as often as that. */
  jobsFail: boolean;
  stop(): Promise<void>;
}

/** Looks after some namespaces until it is stopped. */
export async function pretendNode(kubeconfig: string, namespaces: readonly string[]): Promise<PretendNode> {
  const cluster = new Cluster({ kubeconfig });
  await create(cluster, "/api/v1/nodes", { metadata: { name: nodeName } });
  await create(cluster, "/apis/storage.k8s.io/v1/storageclasses", {
    metadata: {
      name: storageClass,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "kubernetes.io/no-provisioner",
    allowVolumeExpansion: true,
  });
  const stopping = new AbortController();
  const node: PretendNode = {
    jobsFail: false,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
  const ended = workUntil(stopping.signal, cluster, namespaces, node);
  return node;
}

async function workUntil(
  signal: AbortSignal,
  cluster: Cluster,
  namespaces: readonly string[],
  node: PretendNode,
): Promise<void> {
  while (!signal.aborted) {
    const ready = { ...condition("Ready"), lastHeartbeatTime: now() };
    await changeStatus(cluster, `/api/v1/nodes/${nodeName}`, { conditions: [ready] });
    await Promise.all(
      namespaces.flatMap((namespace) => caresOf(node).map((care) => lookAfter(cluster, namespace, care))),
    );
    await pause(200);
  }
}

interface Care {
  readonly api: string;
  readonly kind: string;
  readonly work: (cluster: Cluster, object: JsonObject, url: string) => Promise<unknown>;
}

const caresOf = (node: PretendNode): readonly Care[] => [
  { api: "/api/v1", kind: "pods", work: (...pod) => advance(node, ...pod) },
  { api: "/api/v1", kind: "persistentvolumeclaims", work: giveVolume },
  { api: "/api/v1", kind: "services", work: giveServiceAddress },
  { api: "/apis/networking.k8s.io/v1", kind: "ingresses", work: giveAddress },
];

async function lookAfter(cluster: Cluster, namespace: string, { api, kind, work }: Care): Promise<void> {
  const list = `${api}/namespaces/${namespace}/${kind}`;
  const items = ((await cluster.get(list))["items"] ?? []) as JsonObject[];
  // What went away or changed meanwhile is seen again in the next round.
  await Promise.all(items.map((object) => work(cluster, object, `${list}/${nameOf(object)}`).catch(isOld)));
}

async function advance(node: PretendNode, cluster: Cluster, pod: JsonObject, url: string): Promise<unknown> {
  const metadata = asObject(pod["metadata"]);
  if (metadata["deletionTimestamp"]) return cluster.request("DELETE", url, { gracePeriodSeconds: 0 });
  if (!asObject(pod["spec"])["nodeName"]) {
    const target = { apiVersion: "v1", kind: "Node", name: nodeName };
    return cluster.request("POST", `${url}/binding`, { metadata: { name: nameOf(pod) }, target });
  }
  const phase = asObject(pod["status"])["phase"];
  const owners = (metadata["ownerReferences"] ?? []) as JsonObject[];
  if (owners.some(({ kind }) => kind === "Job")) {
    if (phase === "Succeeded" || phase === "Failed") return undefined;
    return changeStatus(cluster, url, node.jobsFail ? failing() : done());
  }
  return phase === "Pending" ? changeStatus(cluster, url, running()) : undefined;
}

async function giveVolume(cluster: Cluster, claim: JsonObject): Promise<unknown> {
  if (asObject(claim["status"])["phase"] !== "Pending") return undefined;
  const { name, namespace, uid } = asObject(claim["metadata"]);
  const spec = asObject(claim["spec"]);
  return create(cluster, "/api/v1/persistentvolumes", {
    metadata: { name: `pretend-${asText(uid) ?? ""}` },
    spec: {
      storageClassName: spec["storageClassName"],
      accessModes: spec["accessModes"],
      capacity: asObject(spec["resources"])["requests"],
      claimRef: { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid },
      hostPath: { path: "/nowhere" },
    },
  });
}

async function giveServiceAddress(cluster: Cluster, service: JsonObject, url: string): Promise<unknown> {
  if (asObject(service["spec"])["type"] !== "LoadBalancer") return undefined;
  return giveAddress(cluster, service, url);
}

async function giveAddress(cluster: Cluster, object: JsonObject, url: string): Promise<unknown> {
  if (asObject(asObject(object["status"])["loadBalancer"])["ingress"]) return undefined;
  return changeStatus(cluster, url, { loadBalancer: { ingress: [{ ip: address }] } });
}

const nameOf = (object: JsonObject): string => asText(asObject(object["metadata"])["name"]) ?? "";

async function create(cluster: Cluster, url: string, object: JsonObject): Promise<void> {
  await cluster.request("POST", url, object).catch(isOld);
}

const changeStatus = (cluster: Cluster, url: string, status: JsonObject): Promise<JsonObject> =>
  cluster.request("PATCH", `${url}/status`, { status }, "application/merge-patch+json");

/** It exists already, is another one by now, or is gone. */
function isOld(error: unknown): void {
  if (!isConflict(error) && !isNotFound(error)) throw error;
}

const now = (): string => new Date().toISOString();
const condition = (type: string) => ({ type, status: "True", lastTransitionTime: now() });

const running = (): JsonObject => ({
  phase: "Running",
  conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition),
  podIP: address,
  podIPs: [{ ip: address }],
  startTime: now(),
});
/** A container that was started again and again, and is ready for a moment each time. */
const failing = (): JsonObject => {
  const container = { name: "init", image: "", imageID: "", ready: true, restartCount: 20 };
  return { ...running(), containerStatuses: [{ ...container, state: { running: { startedAt: now() } } }] };
};
const done = (): JsonObject => ({
  phase: "Succeeded",
  conditions: [condition("PodScheduled")],
  startTime: now(),
});
