// When an object counts as ready. Simpler than the official provider, which also settles, and names pods in its errors.
import type {
  V1Condition,
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1Namespace,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { groupOf, pulumiAnnotation, type Manifest } from "./k8s-object.ts";
import type { JsonObject } from "./values.ts";

/** Reads a URL of the API server, for what an object's own status does not tell. */
export type Look = (url: string) => Promise<JsonObject>;

/** What is still missing, or undefined when the object is ready. Throws when it cannot get ready. */
type Check<T> = (object: T, look: Look) => string | undefined | Promise<string | undefined>;

type Conditions = readonly Pick<V1Condition, "type" | "status">[] | undefined;
interface Told {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

const isTrue = (conditions: Conditions, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

const tell = ({ type, status, reason = "", message = "" }: Told): string =>
  `${type}=${status} ${reason} ${message}`.trim();

const observed = (object: {
  metadata?: { generation?: number };
  status?: { observedGeneration?: number };
}): boolean => (object.status?.observedGeneration ?? 0) >= (object.metadata?.generation ?? 0);

const statusOf = <S extends object>({ status }: { status?: S }): Partial<S> => status ?? {};

const deployment: Check<V1Deployment> = (object) => {
  const stuck = object.status?.conditions?.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  if (stuck) throw new Error(tell(stuck));
  const wanted = object.spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = statusOf(object);
  const complete = updatedReplicas >= wanted && availableReplicas >= wanted && replicas <= updatedReplicas;
  if (observed(object) && complete) return undefined;
  return `${availableReplicas} of ${wanted} replicas available, ${updatedReplicas} updated`;
};

const statefulSet: Check<V1StatefulSet> = (object) => {
  const strategy = object.spec?.updateStrategy;
  if (strategy?.type === "OnDelete") return undefined;
  const wanted = object.spec?.replicas ?? 1;
  const toUpdate = wanted - (strategy?.rollingUpdate?.partition ?? 0);
  const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = statusOf(object);
  const updated = updatedReplicas >= toUpdate || currentRevision === updateRevision;
  if (observed(object) && readyReplicas >= wanted && updated) return undefined;
  return `${readyReplicas} of ${wanted} replicas ready, ${updatedReplicas} updated`;
};

const daemonSet: Check<V1DaemonSet> = (object) => {
  const {
    desiredNumberScheduled: wanted = 0,
    updatedNumberScheduled = 0,
    numberAvailable = 0,
  } = statusOf(object);
  if (observed(object) && updatedNumberScheduled >= wanted && numberAvailable >= wanted) return undefined;
  return `${numberAvailable} of ${wanted} available`;
};

const replicaSet: Check<V1ReplicaSet> = (object) => {
  const wanted = object.spec?.replicas ?? 1;
  const available = object.status?.availableReplicas ?? 0;
  return observed(object) && available >= wanted ? undefined : `${available} of ${wanted} available`;
};

const job: Check<V1Job> = ({ status }) => {
  const failed = status?.conditions?.find((condition) => condition.type === "Failed");
  if (failed?.status === "True") throw new Error(tell(failed));
  return isTrue(status?.conditions, "Complete") ? undefined : "not complete";
};

const pod: Check<V1Pod> = ({ status }) => {
  const phase = status?.phase ?? "Unknown";
  if (phase === "Failed")
    throw new Error(`pod failed: ${status?.reason ?? ""} ${status?.message ?? ""}`.trim());
  return phase === "Succeeded" || isTrue(status?.conditions, "Ready") ? undefined : `phase ${phase}`;
};

const service: Check<V1Service> = async ({ spec, status, metadata }, look) => {
  if (spec?.type === "ExternalName") return undefined;
  if (spec?.type === "LoadBalancer" && !status?.loadBalancer?.ingress?.length)
    return "no load balancer address";
  const headlessWithoutPorts = spec?.clusterIP === "None" && !spec.ports?.length;
  if (!spec?.selector || headlessWithoutPorts) return undefined;
  const selector = encodeURIComponent(`kubernetes.io/service-name=${metadata?.name ?? ""}`);
  const namespace = metadata?.namespace ?? "default";
  const slices = await look(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`,
  );
  const items = (slices["items"] ?? []) as { endpoints?: { conditions?: { ready?: boolean } }[] }[];
  const ready = items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready));
  return ready ? undefined : "no ready endpoint";
};

const persistentVolumeClaim: Check<V1PersistentVolumeClaim> = async ({ spec, status }, look) => {
  if (status?.phase === "Bound") return undefined;
  const waitsForPod = (await bindingMode(spec?.storageClassName, look)) === "WaitForFirstConsumer";
  return waitsForPod ? undefined : `phase ${status?.phase ?? "unknown"}`;
};

async function bindingMode(storageClass: string | undefined, look: Look): Promise<unknown> {
  if (!storageClass) return undefined;
  try {
    return (await look(`/apis/storage.k8s.io/v1/storageclasses/${storageClass}`))["volumeBindingMode"];
  } catch {
    return undefined;
  }
}

const namespace: Check<V1Namespace> = ({ status }) =>
  status?.phase === "Active" ? undefined : `phase ${status?.phase ?? "unknown"}`;

const customResourceDefinition: Check<V1CustomResourceDefinition> = ({ status }) =>
  isTrue(status?.conditions, "Established") ? undefined : "not established";

const ingress: Check<V1Ingress> = ({ status }) =>
  status?.loadBalancer?.ingress?.length ? undefined : "no address yet";

const checks: Readonly<Record<string, unknown>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "apps/ReplicaSet": replicaSet,
  "batch/Job": job,
  "/Pod": pod,
  "/Service": service,
  "/PersistentVolumeClaim": persistentVolumeClaim,
  "/Namespace": namespace,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
  "networking.k8s.io/Ingress": ingress,
};

/** What an object still lacks to be ready; undefined when it is, and for kinds that have no such notion. */
export async function missing(live: Manifest, look: Look): Promise<string | undefined> {
  const check = checks[`${groupOf(live.apiVersion)}/${live.kind}`] as Check<Manifest> | undefined;
  return check?.(live, look);
}

const waitSeconds: Readonly<Record<string, number>> = { Pod: 300, PersistentVolumeClaim: 300 };
const waitSecondsByDefault = 600;

/** How long to wait for an object: what the resource option or the annotation says, else by kind. */
export function waitLimit(object: Manifest, customSeconds: number): number {
  const annotated = Number(pulumiAnnotation(object, "timeoutSeconds") ?? 0);
  return 1000 * (customSeconds || annotated || waitSeconds[object.kind] || waitSecondsByDefault);
}
