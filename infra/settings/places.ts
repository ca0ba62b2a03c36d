import { z } from "zod";
import { clusterDns } from "../peers.ts";
import { absolutePath, className, count, dnsLabel, filled, peers } from "./fields.ts";

const dns = z
  .strictObject({
    servers: peers.default(clusterDns.servers).meta({
      description:
        "Its pods, by namespace and labels, or its addresses as a `cidr`, such as those of a DNS cache on the nodes.",
      examples: [[{ namespace: "openshift-dns" }]],
    }),
    port: count(1, 65535)
      .default(clusterDns.port)
      .meta({
        description: "The port that its pods listen on, UDP and TCP.",
        examples: [5353],
      }),
  })
  .readonly()
  .prefault({})
  .meta({ description: "The cluster's DNS, to which NetworkPolicies leave the way open." });

/** Where a stack runs. */
export const target = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z
        .literal("local")
        .meta({ description: "The one-node Kubernetes that `./kit local` starts on this Linux machine." }),
      kubeconfig: absolutePath.meta({
        description: "Path of the node's kubeconfig.",
        examples: ["/var/lib/dexie-cloud-kit/local/kubeconfig"],
      }),
    }),
    z.strictObject({
      kind: z.literal("kubernetes").meta({ description: "Your own cluster." }),
      kubeconfig: absolutePath.meta({
        description: "Path of a kubeconfig.",
        examples: ["/home/ops/.kube/config"],
      }),
      context: filled("must name a context of the kubeconfig").meta({
        description: "Context of the kubeconfig. Never taken from what happens to be current.",
        examples: ["production"],
      }),
      storageClass: className.optional().meta({
        description:
          "StorageClass of all volumes; the cluster's default when not set. Changing it would replace the volumes, which protection refuses.",
        examples: ["fast-encrypted"],
      }),
      dns,
    }),
  ])
  .readonly()
  .meta({ description: "Where the stack runs." });

const clients = peers.meta({
  description:
    "Who may reach the server, and nobody else: the pods of the controller's proxies by their namespace (and labels), or addresses as a `cidr` where a load balancer that is no pod connects to the pods.",
  examples: [[{ namespace: "ingress-nginx" }]],
});

/** How clients reach the server. */
export const exposure = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("edge").meta({ description: "A small proxy of the kit (HAProxy) that ends TLS." }),
      nodePort: count(30000, 32767)
        .optional()
        .meta({
          description:
            "Port on every node. Without it the edge gets a load balancer, or on `local` any free port.",
          examples: [30443],
        }),
    }),
    z.strictObject({
      kind: z.literal("ingress").meta({
        description:
          "An Ingress for a controller that you run. The port of `server.url` is the controller's.",
      }),
      className: className.meta({ description: "IngressClass.", examples: ["nginx"] }),
      clients,
    }),
    z.strictObject({
      kind: z.literal("gateway").meta({
        description:
          "A Gateway and an HTTPRoute (Gateway API) for a controller that you run, and whose proxies run in a namespace of their own.",
      }),
      className: className.meta({ description: "GatewayClass.", examples: ["envoy"] }),
      clients,
    }),
    z.strictObject({
      kind: z.literal("route").meta({
        description:
          "An HTTPRoute on a Gateway that you run. TLS ends there with a certificate of yours; `certificates.edge` is not used. The Gateway must allow routes of the namespace `<stack>-server`.",
      }),
      gateway: z
        .strictObject({
          name: className.meta({ description: "Name of the Gateway.", examples: ["public"] }),
          namespace: dnsLabel.meta({ description: "Namespace of the Gateway.", examples: ["gateways"] }),
          listener: className.optional().meta({
            description: "Name of the listener; all that fit when not set.",
            examples: ["https"],
          }),
        })
        .readonly(),
      clients,
    }),
  ])
  .readonly()
  .meta({ description: "How clients reach the server. TLS ends there, with `certificates.edge`." });
