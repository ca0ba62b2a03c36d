import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import { ask, askObject, type Access } from "./api.ts";
import { missingOutsideWays, missingPassWays, missingPolicyWays } from "./firewall.ts";
import { savedFirewall } from "./host-state.ts";
import { endpoints, network, node, policyQueue } from "./layout.ts";
import { logFile, logTail, running } from "./processes.ts";

/** Waits until a check holds. Ends at once when the daemon it depends on has ended. */
export async function waitFor(
  phase: Phase,
  what: string,
  daemon: string,
  check: () => Promise<boolean>,
  limitSeconds = 120,
): Promise<void> {
  phase.waitingFor(what);
  const deadline = performance.now() + limitSeconds * 1000;
  while (!(await check())) {
    if (!(await running(daemon))) throw await failure(what, daemon, `${daemon} has ended`);
    if (performance.now() > deadline) throw await failure(what, daemon, `not within ${limitSeconds} s`);
    await delay(100);
  }
}

/** A check that holds once another one has held for a while without a break. */
export function steadily(check: () => Promise<boolean>, ms: number): () => Promise<boolean> {
  let since: number | undefined;
  return async () => {
    since = (await check()) ? (since ?? performance.now()) : undefined;
    return since !== undefined && performance.now() - since >= ms;
  };
}

async function failure(what: string, daemon: string, why: string): Promise<KitError> {
  return new KitError("failed", `the local node did not get ready: ${what}`, {
    why: `${why}. The end of its log:\n${await logTail(daemon)}`,
    next: `read ${logFile(daemon)}, then: ./kit local start`,
  });
}

export async function etcdIsHealthy(): Promise<boolean> {
  const answer = await fetch(`${endpoints.etcdHealth}/health`).catch(() => undefined);
  return answer?.ok === true;
}

export const apiIsReady = async (access: Access): Promise<boolean> =>
  (await ask(access, "/readyz")) !== undefined;

interface Node {
  readonly status: {
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime: string;
    }[];
  };
}

/** Ready as said by this kubelet: what one of before said is remembered, but not true. */
export async function nodeIsReady(access: Access, kubeletStartedAt: number): Promise<boolean> {
  const found = await askObject<Node>(access, `/api/v1/nodes/${node.name}`);
  const ready = found?.status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return false;
  // Heartbeats are in whole seconds.
  return Date.parse(ready.lastHeartbeatTime) >= Math.floor(kubeletStartedAt / 1000) * 1000;
}

/** Whether cluster DNS answers: asked itself, since the API remembers what was before a restart. */
export async function dnsAnswers(): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([network.dns]);
  const found = await resolver.resolve4(`kubernetes.default.svc.${network.domain}`).catch(() => []);
  return found.length > 0;
}

interface Pods {
  /** The kubelet says null for none. */
  readonly items: readonly Pod[] | null;
}

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly ready: boolean;
      readonly state: { readonly running?: object };
    }[];
  };
}

/**
 * Whether the kubelet knows the pods with containers that run in the eyes of the API, and those do run. The kubelet
 * itself is asked: one that has just started enters no pod before it has read of it, whatever the API remembers.
 */
export async function podsAreKnown(
  access: Access,
  runningContainers: () => Promise<Set<string>>,
): Promise<boolean> {
  const pods = await askPods(access, "/api/v1/pods");
  const kubelet = await askPods(access, `/api/v1/nodes/${node.name}/proxy/pods`);
  if (!pods || !kubelet) return false;
  const known = new Set(kubelet.map(({ metadata }) => metadata.uid));
  const real = await runningContainers();
  return pods.every(({ metadata, status }) => {
    const claimed = (status.containerStatuses ?? []).filter(({ state }) => state.running);
    const ids = claimed.map(({ containerID = "" }) => containerID.replace("containerd://", ""));
    return ids.length === 0 || (known.has(metadata.uid) && ids.every((id) => real.has(id)));
  });
}

async function askPods(access: Access, path: string): Promise<readonly Pod[] | undefined> {
  const found = await askObject<Pods>(access, path);
  return found && (found.items ?? []);
}

/** Whether cluster DNS is ready in the eyes of the API: only then is it not taken out of its Service any more. */
export async function dnsIsReady(access: Access): Promise<boolean> {
  const pods = await askPods(access, "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns");
  const containers = (pods ?? []).flatMap(({ status }) => status.containerStatuses ?? []);
  return containers.length > 0 && containers.every(({ ready }) => ready);
}

/** Whether the firewall queues what NetworkPolicies decide on, and a program takes it. */
export async function policiesAreEnforced(iptables: string): Promise<boolean> {
  const queues = await readFile("/proc/net/netfilter/nfnetlink_queue", "utf8").catch(() => "");
  const isTaken = queues.split("\n").some((line) => line.trim().split(/\s+/)[0] === String(policyQueue));
  return isTaken && missingPolicyWays(await savedFirewall(iptables, "iptables")).length === 0;
}

/** Whether the firewall lets pods through, whatever other programs of the machine drop, and out by its own address. */
export async function podsMayPass(iptables: string): Promise<boolean> {
  const saved = await savedFirewall(iptables, "iptables");
  return [...missingPassWays(saved), ...missingOutsideWays(saved)].length === 0;
}
