import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { Dns } from "../peers.ts";
import type { ExposureArgs } from "./args.ts";
import { Edge } from "./edge.ts";
import { GatewayExposure } from "./gateway.ts";
import { IngressExposure } from "./ingress.ts";
import { serverRoute, type ParentGateway } from "./route.ts";

export type ExposureKind =
  | { readonly kind: "edge"; readonly nodePort?: number | undefined }
  | { readonly kind: "ingress" | "gateway"; readonly className: string }
  | { readonly kind: "route"; readonly gateway: ParentGateway };

export interface ExposeArgs extends Omit<ExposureArgs, "tlsSecret"> {
  readonly how: ExposureKind;
  /** Image of the proxy, for the kind `edge`. */
  readonly edgeImage: string;
  readonly pullSecrets: readonly pulumi.Input<string>[];
  readonly dns: Dns;
  readonly outsideService: "NodePort" | "LoadBalancer";
}

/** How clients reach the server. TLS ends here. */
export class Exposure extends pulumi.ComponentResource {
  constructor(name: string, args: ExposeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Exposure", name, {}, opts);
    const { how, edgeImage, pullSecrets, dns, outsideService, ...common } = args;
    const child = { parent: this };
    const withTls = () => ({ ...common, tlsSecret: tlsSecret(name, args, this) });

    switch (how.kind) {
      case "edge":
        new Edge(
          "edge",
          { ...withTls(), image: edgeImage, pullSecrets, dns, nodePort: how.nodePort, outsideService },
          child,
        );
        break;
      case "ingress":
        new IngressExposure(name, { ...withTls(), className: how.className }, child);
        break;
      case "gateway": {
        const { parentGateway } = new GatewayExposure(
          name,
          { ...withTls(), className: how.className },
          child,
        );
        serverRoute(name, { ...common, gateway: parentGateway }, this);
        break;
      }
      case "route":
        serverRoute(name, { ...common, gateway: how.gateway }, this);
        break;
    }
    this.registerOutputs({});
  }
}

function tlsSecret(name: string, args: ExposeArgs, parent: pulumi.Resource): pulumi.Output<string> {
  const { certificate, key } = args.certificate;
  return new k8s.core.v1.Secret(
    `${name}-tls`,
    {
      metadata: { name: "edge-tls", namespace: args.namespace, labels: labels("exposure") },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": key },
    },
    { parent },
  ).metadata.name;
}
