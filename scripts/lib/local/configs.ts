import { dirname } from "node:path";
import { stringify } from "yaml";
import { endpoints, network, node, paths } from "./layout.ts";

/** Executables that the configuration files name. */
export interface RuntimePrograms {
  readonly runc: string;
  /** One of the network plugins: all lie beside it. */
  readonly cniPlugins: string;
}

/** How kubeadm makes the certificates and kubeconfigs of the node. */
export function kubeadmConfig(version: string): string {
  const apiVersion = "kubeadm.k8s.io/v1beta4";
  const init = {
    apiVersion,
    kind: "InitConfiguration",
    localAPIEndpoint: { advertiseAddress: node.address, bindPort: node.apiPort },
    nodeRegistration: { name: node.name, criSocket: endpoints.containers },
  };
  const cluster = {
    apiVersion,
    kind: "ClusterConfiguration",
    kubernetesVersion: version,
    clusterName: node.name,
    certificatesDir: paths.pki,
    // Nobody renews them: they are used on this machine alone, and end with it.
    caCertificateValidityPeriod: "87600h0m0s",
    certificateValidityPeriod: "87000h0m0s",
    networking: {
      podSubnet: network.pods,
      serviceSubnet: network.services,
      dnsDomain: network.domain,
    },
    apiServer: { certSANs: ["localhost", "127.0.0.1"] },
    etcd: { local: { dataDir: paths.etcd } },
  };
  return [init, cluster].map((document) => stringify(document)).join("---\n");
}

/** Secrets are encrypted in etcd with a key that never leaves this machine. */
export function encryptionConfig(key: Buffer): string {
  return stringify({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        providers: [
          { secretbox: { keys: [{ name: "key1", secret: key.toString("base64") }] } },
          { identity: {} },
        ],
      },
    ],
  });
}

/** `pauseImage` holds a pod's network open; it must be there already, since there is no registry. */
export function containerdConfig({ runc, cniPlugins }: RuntimePrograms, pauseImage: string): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  return `version = 2
root = "${paths.containerd}"
state = "${paths.containerdState}"
# Without CAP_SYS_RESOURCE nobody may lower a score.
oom_score = 0
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
  address = "${paths.socket}"

[${cri}]
  sandbox_image = "${pauseImage}"
  # Its profile would stay loaded in the kernel for ever. Seccomp, no capabilities and no new privileges remain.
  disable_apparmor = true
  enable_unprivileged_ports = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

[${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
  BinaryName = "${runc}"
  Root = "${paths.runcState}"
  SystemdCgroup = false

[${cri}.cni]
  bin_dir = "${dirname(cniPlugins)}"
  conf_dir = "${paths.cni}"
`;
}

/**
 * Pods share a bridge and reach the outside by the machine's own address. They have no IPv6, by whose link-local
 * addresses they could pass NetworkPolicies; `hasIpv6` tells whether the machine's kernel knows it at all.
 */
export function networkConfig(hasIpv6: boolean): string {
  return JSON.stringify(
    {
      cniVersion: "0.4.0",
      name: network.name,
      plugins: [
        {
          type: "bridge",
          bridge: network.bridge,
          isGateway: true,
          hairpinMode: true,
          ipam: {
            type: "host-local",
            dataDir: paths.addresses,
            ranges: [[{ subnet: network.podsOfNode }]],
            routes: [{ dst: "0.0.0.0/0" }],
          },
        },
        ...(hasIpv6 ? [{ type: "tuning", sysctl: { "net.ipv6.conf.eth0.disable_ipv6": "1" } }] : []),
      ],
    },
    undefined,
    2,
  );
}

/** `resolvConf` is what pods with dnsPolicy Default get. */
export function kubeletConfig(resolvConf: string): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: node.address,
    healthzBindAddress: "127.0.0.1",
    containerRuntimeEndpoint: endpoints.containers,
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [network.dns],
    clusterDomain: network.domain,
    resolvConf,
    podLogsDir: paths.podLogs,
    volumePluginDir: `${paths.kubelet}/volume-plugins`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${paths.pki}/ca.crt` },
    },
    authorization: { mode: "Webhook" },
    // No image can be pulled again.
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: "8760h",
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1Gi" },
    nodeStatusUpdateFrequency: "2s",
    syncFrequency: "10s",
    oomScoreAdj: 0,
  });
}

/** Mode iptables: it alone serves node ports on 127.0.0.1. They are served nowhere else. */
export function proxyConfig(kubeconfig: string): string {
  return stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig },
    clusterCIDR: network.pods,
    hostnameOverride: node.name,
    bindAddress: node.address,
    nodePortAddresses: ["127.0.0.0/8"],
    iptables: { localhostNodePorts: true, syncPeriod: "30s", minSyncPeriod: "1s" },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    oomScoreAdj: 0,
  });
}

/** Outside names are asked of the machine's name servers, for mails; where it has none they are unknown at once. */
export const corefile = (
  resolvers: readonly string[],
): string => `${network.domain}:53 in-addr.arpa:53 ip6.arpa:53 {
    errors
    health {
        lameduck 2s
    }
    ready
    kubernetes ${network.domain} in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
    cache 30
    loadbalance
}
.:53 {
    errors
${resolvers.length > 0 ? forwarding(resolvers) : "    template ANY ANY {\n        rcode NXDOMAIN\n    }"}
}
`;

const forwarding = (resolvers: readonly string[]): string =>
  `    forward . ${resolvers.join(" ")}\n    cache 30`;
