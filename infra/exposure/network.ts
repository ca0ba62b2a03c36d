import type { types } from "@pulumi/kubernetes";
import { selectorLabels } from "../naming.ts";
import { policyPeers, type Dns, type Peer, type PolicyPeer } from "../peers.ts";
import type { Pods } from "./args.ts";

/** The edge is open to everybody on its TLS port, and talks to the server and to the cluster's DNS only. */
export const edgeNetwork = (
  tlsPort: number,
  server: Pods,
  dns: Dns,
): types.input.networking.v1.NetworkPolicySpec => ({
  podSelector: { matchLabels: selectorLabels("edge") },
  policyTypes: ["Ingress", "Egress"],
  ingress: [{ ports: [{ protocol: "TCP", port: tlsPort }] }],
  egress: [
    {
      to: policyPeers([{ labels: server.labels }]),
      ports: [{ protocol: "TCP", port: server.port }],
    },
    {
      to: policyPeers(dns.servers),
      ports: [
        { protocol: "UDP", port: dns.port },
        { protocol: "TCP", port: dns.port },
      ],
    },
  ],
});

/** Who may connect to the server: the edge, or who takes its place. */
export const serverClients = (clients: readonly Peer[] | undefined): PolicyPeer[] =>
  policyPeers(clients ?? [{ labels: selectorLabels("edge") }]);
