import type { types } from "@pulumi/kubernetes";
import { selectorLabels } from "../naming.ts";
import type { Peer } from "./args.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = types.input.networking.v1.NetworkPolicyPeer;

const namespaceCalled = (name: string): PolicyPeer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

/** The edge is open to everybody on its TLS port, and talks to the server and to the cluster's DNS only. */
export const edgeNetwork = (tlsPort: number, server: Peer): PolicySpec => ({
  podSelector: { matchLabels: selectorLabels("edge") },
  policyTypes: ["Ingress", "Egress"],
  ingress: [{ ports: [{ protocol: "TCP", port: tlsPort }] }],
  egress: [
    {
      to: [{ podSelector: { matchLabels: { ...server.labels } } }],
      ports: [{ protocol: "TCP", port: server.port }],
    },
    {
      to: [namespaceCalled("kube-system")],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
  ],
});

/** Who may connect to the server: the edge, or the pods of the controller that takes its place. */
export const serverClients = (controllerNamespace: string | undefined): PolicyPeer[] =>
  controllerNamespace === undefined
    ? [{ podSelector: { matchLabels: selectorLabels("edge") } }]
    : [namespaceCalled(controllerNamespace)];
