// What the engine is told before anything is done: completed inputs, and which change is a replacement.
// These rules are the official provider's. A more tolerant stand-in would hide outages.
import { fromToken, groupOf, pulumiAnnotation, type Manifest } from "./k8s-object.ts";
import {
  asObject,
  asText,
  changes,
  hasUnknown,
  isObject,
  isWithin,
  mapMembers,
  type Change,
  type Json,
  type JsonObject,
} from "./values.ts";

export interface CheckContext {
  readonly token: string;
  readonly previous: JsonObject;
  /** The name to give when there is none. */
  readonly proposeName: () => string;
  /** The namespace to fill in; undefined for cluster-wide kinds. */
  readonly namespace: string | undefined;
}

/** Inputs as they are planned and kept: with type, name, namespace, and a Secret's texts as base64. */
export function completeInputs(given: JsonObject, context: CheckContext): JsonObject {
  const inputs: JsonObject = { ...fromToken(context.token), ...given, metadata: given["metadata"] ?? {} };
  encodeStringData(inputs);
  const { metadata } = inputs;
  if (!isObject(metadata)) return inputs;
  const named = nameFor(metadata, context);
  if (context.namespace !== undefined) named["namespace"] ??= context.namespace;
  return { ...inputs, metadata: named };
}

function encodeStringData(inputs: JsonObject): void {
  const texts = inputs["stringData"];
  if (inputs["kind"] !== "Secret" || !isObject(texts) || hasUnknown(texts)) return;
  const encoded = mapMembers(texts, (text) => base64(asText(text) ?? JSON.stringify(text)));
  inputs["data"] = { ...asObject(inputs["data"]), ...encoded };
  delete inputs["stringData"];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function nameFor(metadata: JsonObject, { previous, proposeName }: CheckContext): JsonObject {
  if (metadata["name"] !== undefined || metadata["generateName"] !== undefined) return { ...metadata };
  const wasNamed = pulumiAnnotation(previous, "autonamed") === "true";
  const name = wasNamed ? asObject(previous["metadata"])["name"] : proposeName();
  const annotations = metadata["annotations"] ?? {};
  return {
    ...metadata,
    name,
    annotations: isObject(annotations) ? { ...annotations, "pulumi.com/autonamed": "true" } : annotations,
  };
}

const podFields = [
  ..."affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases".split(" "),
  ..."hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead".split(" "),
  ..."preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName".split(" "),
  ..."schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace".split(" "),
  ..."subdomain terminationGracePeriodSeconds volumes containers initContainers".split(" "),
];
const inSpec = (...fields: string[]): string[] => fields.map((field) => `spec.${field}`);

/** Fields whose change replaces the object, besides its name, namespace and kind. */
const replacingFields: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": inSpec("selector"),
  "apps/Deployment": inSpec("selector"),
  "apps/StatefulSet": inSpec(
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ),
  "batch/Job": inSpec("completions", "parallelism", "selector", "template"),
  "/PersistentVolume": inSpec("csi", "hostPath", "local", "nfs", "iscsi"),
  "/PersistentVolumeClaim": inSpec("accessModes", "selector", "storageClassName", "volumeName"),
  "/Pod": inSpec(...podFields),
  "/ResourceQuota": inSpec("scopes"),
  "/Secret": ["type"],
  "/Service": inSpec("clusterIP"),
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

export interface PlannedChanges {
  readonly changes: readonly Change[];
  /** The paths among them that need a replacement. */
  readonly replacing: readonly string[];
  /** The successor has the same name, so the old object must go first. */
  readonly deleteFirst: boolean;
}

/** What changed between old and new inputs, and what of it needs a new object. */
export function planChanges(
  before: JsonObject,
  after: Manifest,
  settings: JsonObject,
  ignored: readonly string[] = [],
): PlannedChanges {
  const found = changes(before, after).filter(({ path }) => !ignored.some((outer) => isWithin(path, outer)));
  const fixed = fixedFields(after, settings);
  const touches = ({ path }: Change) =>
    fixed.some((field) => isWithin(path, field) || (path !== "metadata" && isWithin(field, path)));
  const replacing = found.filter(touches).map(({ path }) => path);
  const named = pulumiAnnotation(after, "autonamed") === "true";
  return {
    changes: found,
    replacing,
    deleteFirst: replacing.length > 0 && !named && sameName(before, after),
  };
}

function fixedFields(after: Manifest, settings: JsonObject): string[] {
  const byKind = replacingFields[`${groupOf(after.apiVersion)}/${after.kind}`] ?? [];
  return ["kind", "metadata.name", "metadata.namespace", ...byKind, ...dataFields(after, settings)];
}

/** Without its flag on the provider, a ConfigMap or Secret with other data is another object. */
function dataFields(after: Manifest, settings: JsonObject): string[] {
  const flag = { ConfigMap: "enableConfigMapMutable", Secret: "enableSecretMutable" }[after.kind];
  if (flag === undefined || groupOf(after.apiVersion) !== "") return [];
  const mutable = isOn(settings[flag]) && after["immutable"] !== true;
  return mutable ? [] : ["data", "binaryData", "stringData"];
}

/** Provider settings arrive as texts, booleans too. */
export const isOn = (setting: Json | undefined): boolean => setting === true || setting === "true";

function sameName(before: JsonObject, after: Manifest): boolean {
  const { name, namespace } = asObject(before["metadata"]);
  return name === after.metadata.name && namespace === after.metadata["namespace"];
}
