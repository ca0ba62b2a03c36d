import { KitError } from "../errors.ts";
import { type Container, withEnv } from "./jobs.ts";

/** The objects of the stack's database that a copy takes its shape from. */
export interface Originals {
  readonly statefulSet: {
    readonly metadata: Metadata & { readonly uid: string };
    readonly spec: StatefulSetSpec;
  };
  readonly service: { readonly metadata: Metadata; readonly spec: { readonly ports: readonly object[] } };
  readonly policy: { readonly metadata: Metadata; readonly spec: object };
  readonly claim: { readonly metadata: Metadata; readonly spec: object };
  readonly restore: {
    readonly spec: {
      readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
    };
  };
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface StatefulSetSpec {
  readonly template: {
    readonly spec: PodSpec;
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  };
}

interface PodSpec {
  readonly containers: readonly (Container & { readonly volumeMounts: readonly Mount[] })[];
  readonly initContainers: readonly (Container & { readonly volumeMounts: readonly Mount[] })[];
  readonly volumes: readonly { readonly name: string }[];
  readonly affinity?: object;
}

interface Mount {
  readonly name: string;
  readonly readOnly?: boolean;
}

/** NetworkPolicies of the chart have these names. */
const taken = ["backup", "isolated"];

/** Name of the objects of a copy restored beside. */
export function besideName(name: string): string {
  if (/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name) && !taken.includes(name)) return `postgres-${name}`;
  throw new KitError("usage", `"${name}" cannot name a copy`, {
    why: `it becomes part of names: lower-case letters, digits and hyphens, at most 32, not ${taken.join(" or ")}`,
    next: "./kit restore --into check-1",
  });
}

/**
 * A copy beside: the same pod with its own volume, no way to write to the repository, and no sentinel. It goes with
 * the database that it was copied from.
 */
export function besideManifests(
  from: Originals,
  name: string,
  env: Readonly<Record<string, string>>,
): object[] {
  const instance = besideName(name);
  const { namespace, uid } = from.statefulSet.metadata;
  const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: from.statefulSet.metadata.name, uid };
  const relabel = (labels: Readonly<Record<string, string>>) => ({
    ...labels,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/managed-by": "dexie-cloud-kit",
  });
  const metadata = (original: Metadata, named: string) => ({
    name: named,
    namespace,
    labels: relabel(original.labels),
    ownerReferences: [owner],
  });
  const selector = {
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/component": "database",
  };
  const claim = `data-${instance}-0`;
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadata(from.claim.metadata, claim),
      spec: { ...from.claim.spec, volumeName: undefined },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadata(from.policy.metadata, instance),
      spec: { ...from.policy.spec, podSelector: { matchLabels: selector } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(from.service.metadata, instance),
      spec: { selector, ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: metadata(from.statefulSet.metadata, instance),
      spec: {
        replicas: 1,
        serviceName: instance,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: relabel(from.statefulSet.spec.template.metadata.labels) },
          spec: besidePod(from, claim, env),
        },
      },
    },
  ];
}

function besidePod(from: Originals, claim: string, env: Readonly<Record<string, string>>): object {
  const original = from.statefulSet.spec.template.spec;
  const restorer = from.restore.spec.jobTemplate.spec.template.spec;
  return {
    ...original,
    affinity: restorer.affinity,
    initContainers: [
      ...restorer.initContainers,
      ...restorer.containers.map((container) => withEnv(container, env)),
    ],
    containers: original.containers
      .filter(({ name }) => name !== "pgbackrest")
      .map((container) => ({
        ...withEnv(container, { KIT_ARCHIVING: "off" }),
        volumeMounts: container.volumeMounts.map(readOnlyRepository),
      })),
    volumes: original.volumes.map((volume) =>
      volume.name === "data" ? { name: "data", persistentVolumeClaim: { claimName: claim } } : volume,
    ),
  };
}

function readOnlyRepository(mount: Mount): Mount {
  return mount.name === "repository" ? { ...mount, readOnly: true } : mount;
}
