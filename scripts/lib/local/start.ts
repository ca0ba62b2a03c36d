import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { $, ProcessOutput } from "zx";
import { KitError } from "../errors.ts";
import { buildImages } from "../images/index.ts";
import { requirePreflight } from "../preflight/index.ts";
import type { Phase } from "../say.ts";
import { readLock } from "../tools/lock.ts";
import { readAccess, type Access } from "./api.ts";
import { baseObjects } from "./base.ts";
import { containerdConfig, kubeletConfig, networkConfig, proxyConfig } from "./configs.ts";
import { containerdAnswers, importImages, runningContainers } from "./containers.ts";
import {
  confFiles,
  daemons,
  extraUsers,
  type Configs,
  type Daemons,
  type DaemonName,
  type Programs,
} from "./daemons.ts";
import { servicesAreServed } from "./firewall.ts";
import { raiseHostNetwork } from "./host-network.ts";
import { recordHost } from "./host-record.ts";
import { savedFirewall } from "./host-state.ts";
import { home, paths, runDir } from "./layout.ts";
import { self, writeOwner } from "./owner.ts";
import { makeIdentities, writeKubeconfig } from "./pki.ts";
import { halt, launch } from "./processes.ts";
import { findPrograms } from "./programs.ts";
import {
  apiIsReady,
  dnsAnswers,
  dnsIsReady,
  etcdIsHealthy,
  nodeIsReady,
  podsAreKnown,
  policiesAreEnforced,
  steadily,
  waitFor,
} from "./readiness.ts";
import { hostResolvers } from "./resolvers.ts";
import { daemonsRun, endLostDaemons } from "./strays.ts";
import { takeOver } from "./takeover.ts";

/** Brings the node up, or what of it is down. Ends when it does its work: node ready, names resolved. */
export async function bringUp(phase: Phase): Promise<void> {
  if (!(await daemonsRun())) await requirePreflight(phase);
  await takeOver("start", phase);
  await endLostDaemons();
  phase.waitingFor("the tools of the node");
  const programs = await findPrograms();
  phase.waitingFor("the images of the node");
  const [pause, coredns] = await buildImages(["pause", "coredns"], phase);
  if (!pause || !coredns) throw new Error("the images of the node are missing");
  phase.waitingFor("the node's network and certificates");
  await recordHost();
  await writeOwner(await self());
  await makeFolders();
  await explained("the node's network", () => raiseHostNetwork(programs.iptables));
  const version = `v${await kubernetesVersion()}`;
  await explained("the node's certificates", () => makeIdentities(programs.kubernetes, version));
  const configs = await writeConfigs(programs, pause.reference);
  const parts = daemons(programs, configs);
  const access = await readAccess(confFiles.superAdmin);
  const start = new Start(parts, phase);

  // Without its socket nobody reaches it any more, although it runs.
  if (!existsSync(paths.socket)) await halt("containerd");
  if (!servicesAreServed(await savedFirewall(programs.iptables, "iptables"))) await halt("kube-proxy");
  await start.all("etcd", "containerd");
  await waitFor(phase, "etcd", "etcd", etcdIsHealthy);
  await start.all("kube-apiserver");
  await waitFor(phase, "containerd", "containerd", () => containerdAnswers(programs.containerd));
  await Promise.all([
    importImages(programs.containerd, [pause, coredns], phase),
    waitFor(phase, "the API server", "kube-apiserver", () => apiIsReady(access)),
  ]);
  await start.all("kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy");
  phase.waitingFor("cluster DNS and the StorageClass to be applied");
  await applyBase(programs, coredns.reference);
  await start.all("local-provisioner", "network-policies");
  await writeKubeconfig();
  await waitUntilTrue(programs, access, start, phase);
}

/** Starts daemons, and remembers since when what the API says can be true. */
class Start {
  readonly #parts: Daemons;
  readonly #phase: Phase;
  #last: number | undefined;

  constructor(parts: Daemons, phase: Phase) {
    this.#parts = parts;
    this.#phase = phase;
  }

  async all(...names: DaemonName[]): Promise<void> {
    const started = await Promise.all(names.map((name) => launch(this.#parts[name])));
    if (!started.some(Boolean)) return;
    this.#last = Date.now();
    this.#phase.note(`started ${names.filter((_, at) => started[at]).join(", ")}`);
  }

  get somethingStarted(): boolean {
    return this.#last !== undefined;
  }

  /** Moment of the last start; a little ago when all ran already. */
  get heartbeatSince(): number {
    return this.#last ?? Date.now() - 30_000;
  }
}

async function waitUntilTrue(programs: Programs, access: Access, start: Start, phase: Phase): Promise<void> {
  const containers = () => runningContainers(programs.containerd);
  await waitFor(phase, "the node to be ready", "kubelet", () => nodeIsReady(access, start.heartbeatSince));
  await waitFor(phase, "the kubelet to know its pods", "kubelet", () => podsAreKnown(access, containers));
  await waitFor(phase, "NetworkPolicies to be enforced", "network-policies", () =>
    policiesAreEnforced(programs.iptables),
  );
  await waitFor(phase, "cluster DNS to be ready", "kubelet", () => dnsIsReady(access));
  // A kubelet calls a pod unready until it has probed it, and kube-proxy follows the API a second later.
  const dnsIsSteady = start.somethingStarted ? steadily(dnsAnswers, 2_000) : dnsAnswers;
  await waitFor(phase, "an answer of cluster DNS", "kubelet", dnsIsSteady);
}

/** What a program or the kernel of this machine refused while something was made, as an error for people. */
async function explained(what: string, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (error instanceof KitError) throw error;
    const said = error instanceof ProcessOutput ? error.stderr.trim() : "";
    throw new KitError("failed", `${what} could not be made`, {
      why: said || String(error),
      next: "./kit local stop takes back what was changed; then: ./kit preflight",
    });
  }
}

async function makeFolders(): Promise<void> {
  const folders = [paths.kubelet, paths.etcd, paths.volumes, paths.cni, paths.podLogs, paths.containerd];
  for (const folder of [home, runDir, ...folders]) await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function kubernetesVersion(): Promise<string> {
  const version = (await readLock())["kubernetes"]?.version;
  if (version === undefined) throw new Error("toolchain/tools.yaml names no kubernetes");
  return version;
}

/** Writes the configuration files, which depend on nothing but the kit. */
async function writeConfigs(programs: Programs, pauseImage: string): Promise<Configs> {
  const configs: Configs = {
    containerd: containerdConfig(programs, pauseImage),
    network: networkConfig(existsSync("/proc/sys/net/ipv6")),
    kubelet: kubeletConfig(confFiles.resolv),
    proxy: proxyConfig(extraUsers["system:kube-proxy"]),
    encryption: await readFile(confFiles.encryption, "utf8"),
  };
  await writeChanged(confFiles.containerd, configs.containerd);
  await writeChanged(confFiles.network, configs.network);
  await writeChanged(confFiles.kubelet, configs.kubelet);
  await writeChanged(confFiles.proxy, configs.proxy);
  await writeChanged(confFiles.resolv, "# No upstream: pods with dnsPolicy Default resolve nothing.\n");
  return configs;
}

/** kube-proxy ends when its file is written, even with the same content. */
async function writeChanged(path: string, content: string): Promise<void> {
  const found = await readFile(path, "utf8").catch(() => undefined);
  if (found !== content) await writeFile(path, content);
}

async function applyBase({ kubernetes }: Programs, corednsImage: string): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: baseObjects(corednsImage, await hostResolvers()) };
  const kubectl = $({ quiet: true, nothrow: true, input: JSON.stringify(list) });
  const applied =
    await kubectl`${kubernetes} kubectl --kubeconfig ${confFiles.superAdmin} apply --server-side --force-conflicts -f -`;
  if (applied.exitCode === 0) return;
  throw new KitError("failed", "the base of the local node could not be applied", {
    why: applied.stderr.trim(),
    next: "./kit local start",
  });
}
