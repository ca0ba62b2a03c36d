import { dirname } from "node:path";
import { endpoints, network, node, paths, policyQueue } from "./layout.ts";
import type { Daemon } from "./processes.ts";

/** Executables of the node. */
export interface Programs {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly provisioner: string;
  readonly policies: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly iptables: string;
  readonly conntrack: string;
}

/** Contents of the configuration files, by what reads them. */
export interface Configs {
  readonly containerd: string;
  readonly network: string;
  readonly kubelet: string;
  readonly proxy: string;
  readonly encryption: string;
}

export const daemonNames = [
  "etcd",
  "containerd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "local-provisioner",
  "network-policies",
] as const;

export type DaemonName = (typeof daemonNames)[number];

export type Daemons = Readonly<Record<DaemonName, Daemon>>;

export const provisionerName = "kit.local/folder";

/** Files below the configuration folder. */
export const confFiles = {
  kubeadm: `${paths.conf}/kubeadm.yaml`,
  encryption: `${paths.conf}/encryption.yaml`,
  containerd: `${paths.conf}/containerd.toml`,
  kubelet: `${paths.conf}/kubelet.yaml`,
  proxy: `${paths.conf}/kube-proxy.yaml`,
  resolv: `${paths.conf}/resolv.conf`,
  network: `${paths.cni}/10-pods.conflist`,
  admin: `${paths.conf}/admin.conf`,
  superAdmin: `${paths.conf}/super-admin.conf`,
} as const;

const kubeconfigOf = (user: string): string => `${paths.conf}/${user}.conf`;

/** The user as whom NetworkPolicies are read. */
export const policyUser = "kit:network-policies";

/** Users that kubeadm knows no kubeconfig of, by the name that the API server has for them. */
export const extraUsers = {
  "system:kube-proxy": kubeconfigOf("kube-proxy"),
  [policyUser]: kubeconfigOf("network-policies"),
} as const;

/** All long-running programs of the node. */
export function daemons(programs: Programs, configs: Configs): Daemons {
  const env = { PATH: searchPath(programs), HOME: "/root" };
  const own = (name: DaemonName, program: string, args: string[], ...reads: string[]): Daemon => {
    return { name, program, args, env, reads };
  };
  const part = (name: DaemonName, args: string[], ...reads: string[]): Daemon =>
    own(name, programs.kubernetes, [name, ...args], ...reads);
  return {
    etcd: own("etcd", programs.etcd, etcdArgs),
    containerd: own(
      "containerd",
      programs.containerd,
      ["--config", confFiles.containerd],
      configs.containerd,
      configs.network,
    ),
    "kube-apiserver": part("kube-apiserver", apiserverArgs, configs.encryption),
    "kube-controller-manager": part("kube-controller-manager", controllerArgs),
    "kube-scheduler": part("kube-scheduler", schedulerArgs),
    kubelet: part("kubelet", kubeletArgs, configs.kubelet),
    "kube-proxy": part("kube-proxy", ["--config", confFiles.proxy], configs.proxy),
    "local-provisioner": own("local-provisioner", programs.provisioner, provisionerArgs),
    "network-policies": own("network-policies", programs.policies, policiesArgs),
  };
}

/** containerd looks for its shim, kubelet and proxy look for iptables and conntrack. */
export function searchPath(programs: Programs): string {
  const own = [programs.containerd, programs.runc, programs.iptables, programs.conntrack].map((program) =>
    dirname(program),
  );
  return [
    ...new Set([...own, "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"]),
  ].join(":");
}

const etcdArgs = [
  ...["--name", node.name, "--data-dir", paths.etcd],
  ...["--listen-client-urls", endpoints.etcd, "--advertise-client-urls", endpoints.etcd],
  ...["--listen-peer-urls", endpoints.etcdPeer, "--initial-advertise-peer-urls", endpoints.etcdPeer],
  ...["--initial-cluster", `${node.name}=${endpoints.etcdPeer}`],
  ...["--cert-file", `${paths.pki}/etcd/server.crt`, "--key-file", `${paths.pki}/etcd/server.key`],
  ...["--trusted-ca-file", `${paths.pki}/etcd/ca.crt`, "--client-cert-auth"],
  ...["--peer-cert-file", `${paths.pki}/etcd/peer.crt`, "--peer-key-file", `${paths.pki}/etcd/peer.key`],
  ...["--peer-trusted-ca-file", `${paths.pki}/etcd/ca.crt`, "--peer-client-cert-auth"],
  ...["--listen-metrics-urls", endpoints.etcdHealth],
  ...["--auto-compaction-retention", "1h", "--quota-backend-bytes", String(1024 ** 3)],
];

const requestHeader = [
  ...["--requestheader-client-ca-file", `${paths.pki}/front-proxy-ca.crt`],
  ...["--requestheader-allowed-names", "front-proxy-client"],
  ...["--requestheader-username-headers", "X-Remote-User"],
  ...["--requestheader-group-headers", "X-Remote-Group"],
  ...["--requestheader-extra-headers-prefix", "X-Remote-Extra-"],
];

const apiserverArgs = [
  ...["--advertise-address", node.address, "--bind-address", node.address],
  ...["--secure-port", String(node.apiPort)],
  ...["--etcd-servers", endpoints.etcd, "--etcd-cafile", `${paths.pki}/etcd/ca.crt`],
  ...["--etcd-certfile", `${paths.pki}/apiserver-etcd-client.crt`],
  ...["--etcd-keyfile", `${paths.pki}/apiserver-etcd-client.key`],
  ...["--client-ca-file", `${paths.pki}/ca.crt`],
  ...[
    "--tls-cert-file",
    `${paths.pki}/apiserver.crt`,
    "--tls-private-key-file",
    `${paths.pki}/apiserver.key`,
  ],
  ...["--kubelet-client-certificate", `${paths.pki}/apiserver-kubelet-client.crt`],
  ...["--kubelet-client-key", `${paths.pki}/apiserver-kubelet-client.key`],
  ...["--kubelet-preferred-address-types", "InternalIP"],
  ...["--service-account-issuer", `https://kubernetes.default.svc.${network.domain}`],
  ...["--service-account-key-file", `${paths.pki}/sa.pub`],
  ...["--service-account-signing-key-file", `${paths.pki}/sa.key`],
  ...requestHeader,
  ...["--proxy-client-cert-file", `${paths.pki}/front-proxy-client.crt`],
  ...["--proxy-client-key-file", `${paths.pki}/front-proxy-client.key`],
  ...["--service-cluster-ip-range", network.services, "--service-node-port-range", "30000-32767"],
  ...["--authorization-mode", "Node,RBAC", "--enable-admission-plugins", "NodeRestriction"],
  ...["--encryption-provider-config", `${paths.conf}/encryption.yaml`],
  ...["--allow-privileged=true", "--profiling=false", "--anonymous-auth=true"],
];

const asUser = (user: string): string[] => [
  ...["--kubeconfig", kubeconfigOf(user)],
  ...["--authentication-kubeconfig", kubeconfigOf(user)],
  ...["--authorization-kubeconfig", kubeconfigOf(user)],
];

const controllerArgs = [
  ...asUser("controller-manager"),
  ...["--bind-address", "127.0.0.1", "--leader-elect=false", "--profiling=false"],
  ...["--use-service-account-credentials=true", "--root-ca-file", `${paths.pki}/ca.crt`],
  ...["--client-ca-file", `${paths.pki}/ca.crt`],
  ...["--requestheader-client-ca-file", `${paths.pki}/front-proxy-ca.crt`],
  ...["--service-account-private-key-file", `${paths.pki}/sa.key`],
  ...[
    "--cluster-signing-cert-file",
    `${paths.pki}/ca.crt`,
    "--cluster-signing-key-file",
    `${paths.pki}/ca.key`,
  ],
  ...["--cluster-name", node.name, "--allocate-node-cidrs=true"],
  ...["--cluster-cidr", network.pods, "--service-cluster-ip-range", network.services],
];

const schedulerArgs = [
  ...asUser("scheduler"),
  ...["--bind-address", "127.0.0.1", "--leader-elect=false", "--profiling=false"],
];

const kubeletArgs = [
  ...["--config", confFiles.kubelet, "--kubeconfig", kubeconfigOf("kubelet")],
  ...["--hostname-override", node.name, "--node-ip", node.address],
  ...["--root-dir", paths.kubelet, "--cert-dir", `${paths.kubelet}/pki`],
];

const provisionerArgs = [
  ...["--kubeconfig", confFiles.admin, "--dir", paths.volumes],
  ...["--node", node.name, "--name", provisionerName],
];

const policiesArgs = [
  ...["--kubeconfig", extraUsers[policyUser], "--node", node.name],
  ...["--network", network.name, "--bridge", network.bridge, "--queue", String(policyQueue)],
];
