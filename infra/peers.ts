import type { types } from "@pulumi/kubernetes";

/**
 * Some of the network: pods of a namespace, all or those with the labels, or a block of addresses of who is no pod.
 * With labels alone, pods of the policy's own namespace.
 */
export interface Peer {
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly cidr?: string | undefined;
}

export type PolicyPeer = types.input.networking.v1.NetworkPolicyPeer;
export type PolicyRule = types.input.networking.v1.NetworkPolicyEgressRule;

/** Where the DNS of a cluster is. */
export interface Dns {
  readonly servers: readonly Peer[];
  readonly port: number;
}

/** Where nearly every cluster has it. */
export const clusterDns: Dns = { servers: [{ namespace: "kube-system" }], port: 53 };

/** The peers as a NetworkPolicy writes them. */
export const policyPeers = (peers: readonly Peer[]): PolicyPeer[] =>
  peers.map(({ namespace, labels, cidr }) => {
    if (cidr !== undefined) return { ipBlock: { cidr } };
    return {
      ...(namespace && { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }),
      ...(labels && { podSelector: { matchLabels: { ...labels } } }),
    };
  });
