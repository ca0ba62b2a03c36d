import { createHash } from "node:crypto";
import { asObject, isObject, mapMembers, type Json, type JsonObject, type Path } from "./values.ts";

export interface Metadata extends JsonObject {
  name: string;
}

/** A Kubernetes object, as inputs or as the API server holds it. */
export interface Manifest extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

/** The API group of an object; empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

/** `kubernetes:apps/v1:Deployment` as apiVersion and kind. */
export function fromToken(token: string): { apiVersion: string; kind: string } {
  const [, apiVersion = "", kind = ""] = token.split(":");
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}

export function toToken(manifest: Manifest): string {
  const core = groupOf(manifest.apiVersion) === "";
  return `kubernetes:${core ? "core/" : ""}${manifest.apiVersion}:${manifest.kind}`;
}

/** The token in a URN: the last of its type chain. */
export const tokenOfUrn = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** The id that the engine keeps: `namespace/name`, or `name` when cluster-wide. */
export function idOf({ metadata }: Manifest): string {
  return typeof metadata["namespace"] === "string"
    ? `${metadata["namespace"]}/${metadata.name}`
    : metadata.name;
}

/** The value of an annotation `pulumi.com/<name>`. */
export function pulumiAnnotation(object: JsonObject, name: string): string | undefined {
  const value = asObject(asObject(object["metadata"])["annotations"])[`pulumi.com/${name}`];
  return typeof value === "string" ? value : undefined;
}

/** The manager that server-side apply records for a resource. */
export const managerOf = (urn: string): string =>
  `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;

/** What of an object is secret: what its inputs marked, and every value of a Secret. */
export function secretPaths(object: JsonObject, marked: readonly Path[]): Path[] {
  if (object["kind"] !== "Secret") return [...marked];
  const lastApplied = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"];
  return [...marked, ["data"], ["stringData"], lastApplied];
}

/** The SDK writes a CustomResourceDefinition's `x-kubernetes-*` keys with underscores. */
export const toApiKeys = <T extends JsonObject>(object: T): T => renameKeys(object, "-");
export const fromApiKeys = <T extends JsonObject>(object: T): T => renameKeys(object, "_");

function renameKeys<T extends JsonObject>(object: T, separator: "-" | "_"): T {
  if (object["kind"] !== "CustomResourceDefinition") return object;
  const rename = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rename);
    if (!isObject(value)) return value;
    const renamed = mapMembers(value, rename);
    return Object.fromEntries(
      Object.entries(renamed).map(([key, member]) => [apiKey(key, separator), member]),
    );
  };
  return rename(object) as T;
}

const apiKey = (key: string, separator: string): string =>
  /^x[-_]kubernetes[-_]/.test(key) ? key.replace(/[-_]/g, separator) : key;
