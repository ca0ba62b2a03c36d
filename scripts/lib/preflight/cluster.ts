import type { Settings } from "../../../infra/settings/schema.ts";
import type { Cluster } from "../backups/cluster.ts";
import { linesOf, tryKubectl, type Answer } from "../backups/kubectl.ts";
import { fail, pass, warn, type Check } from "./checks.ts";

/** What is known of a cluster of somebody's own. */
export interface ClusterFacts {
  /** Version that the API server tells, such as 1.34; else why it does not. */
  readonly version: { readonly major: number; readonly minor: number } | { readonly says: string };
  readonly storageClasses: readonly StorageClass[] | Hidden;
  readonly mayMakeNamespaces: boolean;
  /** Whether what the exposure stands on is there; undefined when it stands on nothing. */
  readonly hasGround: boolean | Hidden | undefined;
}

/** The user of the context may not look at it. */
type Hidden = "hidden";

interface StorageClass {
  readonly name: string;
  readonly isDefault: boolean;
  readonly canGrow: boolean;
}

type Wanted = Pick<Settings, "target" | "exposure">;

/** Looks at a cluster, without changing it. */
export async function gatherCluster(cluster: Cluster, { exposure }: Wanted): Promise<ClusterFacts> {
  const ask = (...args: string[]) => tryKubectl(cluster, [...args, "--request-timeout", "10s"]);
  const version = versionIn(await ask("version", "--output", "json"));
  if ("says" in version)
    return { version, storageClasses: [], mayMakeNamespaces: false, hasGround: undefined };
  const ground = groundOf(exposure);
  const [classes, may, found] = await Promise.all([
    ask("get", "storageclasses", "--output", "json"),
    ask("auth", "can-i", "create", "namespaces", "--quiet"),
    ground && ask("get", ...ground.object),
  ]);
  return {
    version,
    storageClasses: seen(classes, () => storageClassesIn(classes.stdout)) ?? [],
    mayMakeNamespaces: may.exitCode === 0,
    hasGround: found && (seen(found, () => true) ?? false),
  };
}

/** What is in an answer; undefined when what was asked for is not there. */
function seen<T>({ exitCode, stderr }: Answer, read: () => T): T | Hidden | undefined {
  if (exitCode === 0) return read();
  return stderr.includes("(Forbidden)") ? "hidden" : undefined;
}

/** Judges a cluster by what a stack wants of it. */
export function judgeCluster(facts: ClusterFacts, wanted: Wanted): Check[] {
  const { version } = facts;
  if ("says" in version) {
    return [fail("must answer", version.says, "correct target.kubeconfig and target.context of the stack")];
  }
  return [
    pass("must answer", "It does."),
    judgeVersion(version),
    judgeStorage(facts.storageClasses, wanted.target),
    facts.mayMakeNamespaces
      ? pass("must let you make namespaces", "It does.")
      : fail(
          "must let you make namespaces",
          "The user of the context may not.",
          "have its administrator grant it",
        ),
    ...judgeGround(facts.hasGround, wanted.exposure),
  ];
}

function judgeVersion({ major, minor }: { readonly major: number; readonly minor: number }): Check {
  const name = "must be Kubernetes 1.30 or newer";
  const says = `It is ${major}.${minor}.`;
  return major === 1 && minor < 30 ? fail(name, says, "upgrade the cluster") : pass(name, says);
}

const unseen = (name: string, what: string): Check =>
  warn(
    name,
    "The user of the context may not look.",
    `ask the cluster's administrator whether it has ${what}`,
  );

function judgeStorage(classes: ClusterFacts["storageClasses"], target: Wanted["target"]): Check {
  const wanted = target.kind === "kubernetes" ? target.storageClass : undefined;
  const name = wanted === undefined ? "must have a default StorageClass" : `must have StorageClass ${wanted}`;
  if (classes === "hidden") return unseen(name, wanted ?? "a default StorageClass");
  const found = classes.find((one) => (wanted === undefined ? one.isDefault : one.name === wanted));
  if (found === undefined) {
    const others = classes.map((one) => one.name).join(", ") || "none";
    return fail(name, `It has ${others}.`, "name one of them in target.storageClass");
  }
  if (found.canGrow) return pass(name, `It has ${found.name}, and its volumes can grow.`);
  return warn(
    name,
    `It has ${found.name}, whose volumes cannot grow.`,
    "set allowVolumeExpansion on it, or choose sizes with room",
  );
}

function judgeGround(hasGround: ClusterFacts["hasGround"], exposure: Wanted["exposure"]): Check[] {
  const ground = groundOf(exposure);
  if (ground === undefined) return [];
  const name = `must have ${ground.name}`;
  if (hasGround === "hidden") return [unseen(name, ground.name)];
  return [
    hasGround === true
      ? pass(name, "It has.")
      : fail(name, "It has not.", `${ground.make}, or correct exposure`),
  ];
}

interface Ground {
  readonly name: string;
  /** How kubectl names it. */
  readonly object: readonly string[];
  readonly make: string;
}

/** What an exposure stands on that the customer brings. */
function groundOf(exposure: Wanted["exposure"]): Ground | undefined {
  const make = "install its controller";
  switch (exposure.kind) {
    case "edge":
      return undefined;
    case "ingress":
      return {
        name: `IngressClass ${exposure.className}`,
        object: ["ingressclass", exposure.className],
        make,
      };
    case "gateway":
      return {
        name: `GatewayClass ${exposure.className}`,
        object: ["gatewayclass", exposure.className],
        make,
      };
    case "route": {
      const { name, namespace } = exposure.gateway;
      return {
        name: `Gateway ${name} in namespace ${namespace}`,
        object: ["gateways.gateway.networking.k8s.io", name, "--namespace", namespace],
        make: "make it",
      };
    }
  }
}

function versionIn({ exitCode, stdout, stderr }: Answer): ClusterFacts["version"] {
  if (exitCode !== 0) return { says: linesOf(stderr).join(" ") || "kubectl failed" };
  const { serverVersion } = JSON.parse(stdout) as { serverVersion: { major: string; minor: string } };
  // Some vendors write "30+".
  return { major: Number.parseInt(serverVersion.major), minor: Number.parseInt(serverVersion.minor) };
}

const isDefault = "storageclass.kubernetes.io/is-default-class";

function storageClassesIn(json: string): StorageClass[] {
  const { items } = JSON.parse(json) as {
    items: {
      metadata: { name: string; annotations?: Record<string, string> };
      allowVolumeExpansion?: boolean;
    }[];
  };
  return items.map(({ metadata, allowVolumeExpansion = false }) => ({
    name: metadata.name,
    isDefault: metadata.annotations?.[isDefault] === "true",
    canGrow: allowVolumeExpansion,
  }));
}
