import { join } from "node:path";
import { machineDir } from "../paths.ts";

/** Everything of the node that must outlive a reboot. */
export const home = join(machineDir, "local");

/** What a reboot ends anyway: sockets, running containers, leased addresses. Kept short: sockets live here. */
export const runDir = "/run/dexie-cloud-kit";

/** Full rights on the node. Its context is `kit-local`. */
export const kubeconfigPath = join(home, "kubeconfig");
export const contextName = "kit-local";

export const node = {
  name: "kit-local",
  /** An address of the machine itself that needs no outer network, so that certificates never go stale. */
  address: "10.254.0.1",
  /** An empty bridge holds the address: not every kernel has the dummy driver. */
  link: "kit-node",
  apiPort: 6443,
} as const;

export const network = {
  name: "kit-pods",
  bridge: "kit-pods",
  pods: "10.244.0.0/16",
  podsOfNode: "10.244.0.0/24",
  services: "10.96.0.0/16",
  dns: "10.96.0.10",
  domain: "cluster.local",
} as const;

/** The netfilter queue of new connections whose fate the NetworkPolicies decide. */
export const policyQueue = 24_400;

/** The firewall chain, in the table mangle, that leads to this queue. */
export const policyChain = "KIT-POLICIES";

/**
 * The firewall chains, in the table filter, that let pods through what NetworkPolicies allowed: other programs of a
 * machine, such as Docker or ufw, drop what they do not know.
 */
export const passChains = { INPUT: "KIT-INPUT", FORWARD: "KIT-FORWARD" } as const;

/** The firewall chain, in the table nat, that has pods speak to the outside by the machine's own address. */
export const outsideChain = "KIT-OUTSIDE";

export const paths = {
  owner: join(home, "owner.json"),
  hostBefore: join(home, "host-before.json"),
  pki: join(home, "pki"),
  conf: join(home, "conf"),
  logs: join(home, "logs"),
  podLogs: join(home, "pod-logs"),
  pids: join(home, "pids"),
  etcd: join(home, "etcd"),
  kubelet: join(home, "kubelet"),
  volumes: join(home, "volumes"),
  containerd: join(home, "containerd"),
  cni: join(home, "cni"),
  containerdState: join(runDir, "containerd"),
  runcState: join(runDir, "runc"),
  addresses: join(runDir, "addresses"),
  socket: join(runDir, "containerd.sock"),
} as const;

export const endpoints = {
  api: `https://${node.address}:${node.apiPort}`,
  etcd: "https://127.0.0.1:2379",
  etcdPeer: "https://127.0.0.1:2380",
  etcdHealth: "http://127.0.0.1:2381",
  containers: `unix://${paths.socket}`,
} as const;

/** Ports that the parts of the node listen on, by address. */
export const ports: readonly { readonly address: string; readonly port: number; readonly part: string }[] = [
  { address: node.address, port: node.apiPort, part: "kube-apiserver" },
  { address: node.address, port: 10250, part: "kubelet" },
  { address: "127.0.0.1", port: 10248, part: "kubelet" },
  { address: "127.0.0.1", port: 2379, part: "etcd" },
  { address: "127.0.0.1", port: 2380, part: "etcd" },
  { address: "127.0.0.1", port: 2381, part: "etcd" },
  { address: "127.0.0.1", port: 10249, part: "kube-proxy" },
  { address: "127.0.0.1", port: 10256, part: "kube-proxy" },
  { address: "127.0.0.1", port: 10257, part: "kube-controller-manager" },
  { address: "127.0.0.1", port: 10259, part: "kube-scheduler" },
];

/**
 * Folders that Kubernetes and containerd make in fixed places, outer ones first. Only those that were not there
 * before are removed, and only when nobody else has put something into them.
 */
export const fixedFolders: readonly string[] = [
  "/var/lib/kubelet",
  "/var/lib/kubelet/device-plugins",
  "/var/log/containers",
  "/var/log/pods",
  "/var/lib/cni",
  "/var/lib/cni/results",
  "/run/containerd",
  "/run/containerd/s",
  "/run/netns",
];
