import type { Settings } from "../../../infra/settings/schema.ts";
import type { Cluster } from "../backups/cluster.ts";
import { tryKubectl, type Answer } from "../backups/kubectl.ts";
import { fail, pass, warn, type Check } from "./checks.ts";

/** What is known of a cluster of somebody's own. */
export interface ClusterFacts {
  /** Version that the API server tells, such as 1.34; else why it does not. */
  readonly version: { readonly major: number; readonly minor: number } | { readonly says: string };
  readonly storageClasses: readonly StorageClass[];
  readonly mayMakeNamespaces: boolean;
  /** Whether the class of the exposure is there; undefined when the exposure needs none. */
  readonly hasClass: boolean | undefined;
}

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
    return { version, storageClasses: [], mayMakeNamespaces: false, hasClass: undefined };
  const [classes, may, ofExposure] = await Promise.all([
    ask("get", "storageclasses", "--output", "json"),
    ask("auth", "can-i", "create", "namespaces", "--quiet"),
    "className" in exposure ? ask("get", `${exposure.kind}class`, exposure.className) : undefined,
  ]);
  return {
    version,
    storageClasses: classes.exitCode === 0 ? storageClassesIn(classes.stdout) : [],
    mayMakeNamespaces: may.exitCode === 0,
    hasClass: ofExposure && ofExposure.exitCode === 0,
  };
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
    ...judgeClass(facts.hasClass, wanted.exposure),
  ];
}

function judgeVersion({ major, minor }: { readonly major: number; readonly minor: number }): Check {
  const name = "must be Kubernetes 1.30 or newer";
  const says = `It is ${major}.${minor}.`;
  return major === 1 && minor < 30 ? fail(name, says, "upgrade the cluster") : pass(name, says);
}

function judgeStorage(classes: readonly StorageClass[], target: Wanted["target"]): Check {
  const wanted = target.kind === "kubernetes" ? target.storageClass : undefined;
  const name = wanted === undefined ? "must have a default StorageClass" : `must have StorageClass ${wanted}`;
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

function judgeClass(hasClass: boolean | undefined, exposure: Wanted["exposure"]): Check[] {
  if (!("className" in exposure)) return [];
  const kind = exposure.kind === "ingress" ? "IngressClass" : "GatewayClass";
  const name = `must have ${kind} ${exposure.className}`;
  return [
    hasClass === true
      ? pass(name, "It has.")
      : fail(name, "It has not.", "install its controller, or correct exposure.className"),
  ];
}

function versionIn({ exitCode, stdout, stderr }: Answer): ClusterFacts["version"] {
  if (exitCode !== 0) return { says: stderr.trim().split("\n").at(-1) ?? "kubectl failed" };
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
