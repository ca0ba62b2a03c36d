import { createHash } from "node:crypto";
import { corefile } from "./configs.ts";
import { policyUser, provisionerName } from "./daemons.ts";
import { network } from "./layout.ts";

const coredns = { name: "coredns", namespace: "kube-system" };
const dnsLabels = { "k8s-app": "kube-dns" };
const rbac = "rbac.authorization.k8s.io";

/**
 * What every node has: rights of the administrator, the default StorageClass and cluster DNS. `resolvers` are asked
 * for names outside the cluster.
 */
export function baseObjects(corednsImage: string, resolvers: readonly string[]): readonly object[] {
  const settings = corefile(resolvers);
  return [
    administrators,
    storageClass,
    ...policyRights,
    ...corednsRights,
    corednsSettings(settings),
    corednsPods(corednsImage, settings),
    dnsService,
  ];
}

// kubeadm's administrator belongs to this group, which has no rights by itself.
const administrators = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "kubeadm:cluster-admins" },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ apiGroup: rbac, kind: "Group", name: "kubeadm:cluster-admins" }],
};

const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: "local-folder",
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner: provisionerName,
  volumeBindingMode: "WaitForFirstConsumer",
  reclaimPolicy: "Delete",
  allowVolumeExpansion: true,
};

const policyRights = [
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: policyUser },
    rules: [
      { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["list", "watch"] },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: policyUser },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: policyUser },
    subjects: [{ apiGroup: rbac, kind: "User", name: policyUser }],
  },
];

const corednsRights = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: coredns },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: "system:coredns" },
    rules: [
      {
        apiGroups: [""],
        resources: ["endpoints", "services", "pods", "namespaces"],
        verbs: ["list", "watch"],
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: "system:coredns" },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "system:coredns" },
    subjects: [{ kind: "ServiceAccount", ...coredns }],
  },
];

const corednsSettings = (settings: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: coredns,
  data: { Corefile: settings },
});

const corednsPods = (image: string, settings: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...coredns, labels: dnsLabels },
  spec: {
    replicas: 1,
    selector: { matchLabels: dnsLabels },
    template: {
      metadata: {
        labels: dnsLabels,
        // It reads them only when it starts.
        annotations: { "checksum/settings": createHash("sha256").update(settings).digest("hex") },
      },
      spec: {
        serviceAccountName: coredns.name,
        priorityClassName: "system-cluster-critical",
        dnsPolicy: "Default",
        terminationGracePeriodSeconds: 5,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [corednsContainer(image)],
        volumes: [
          {
            name: "config",
            configMap: { name: coredns.name, items: [{ key: "Corefile", path: "Corefile" }] },
          },
        ],
      },
    },
  },
});

const corednsContainer = (image: string) => ({
  name: "coredns",
  image,
  imagePullPolicy: "IfNotPresent",
  args: ["-conf", "/etc/coredns/Corefile"],
  ports: [
    { name: "dns", containerPort: 53, protocol: "UDP" },
    { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
  ],
  resources: { requests: { cpu: "20m", memory: "40Mi" }, limits: { memory: "170Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 10, failureThreshold: 5 },
  readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 2 },
  volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
});

const dnsService = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kube-dns", namespace: "kube-system", labels: dnsLabels },
  spec: {
    clusterIP: network.dns,
    selector: dnsLabels,
    ports: [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
    ],
  },
};
