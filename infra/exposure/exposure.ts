import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { ExposureArgs } from "./args.ts";
import { Edge } from "./edge.ts";
import { GatewayExposure } from "./gateway.ts";
import { IngressExposure } from "./ingress.ts";

export type ExposureKind =
  | { readonly kind: "edge"; readonly nodePort?: number | undefined }
  | { readonly kind: "ingress" | "gateway"; readonly className: string };

export interface ExposeArgs extends Omit<ExposureArgs, "tlsSecret"> {
  readonly how: ExposureKind;
  /** Image of the proxy, for the kind `edge`. */
  readonly edgeImage: string;
  readonly outsideService: "NodePort" | "LoadBalancer";
}

/** How clients reach the server. TLS ends here. */
export class Exposure extends pulumi.ComponentResource {
  constructor(name: string, args: ExposeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Exposure", name, {}, opts);
    const { how, edgeImage, outsideService, ...common } = args;
    const child = { parent: this };
    const tls = new k8s.core.v1.Secret(
      `${name}-tls`,
      {
        metadata: { name: "edge-tls", namespace: args.namespace, labels: labels("exposure") },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": args.certificate.certificate, "tls.key": args.certificate.key },
      },
      child,
    );
    const shared = { ...common, tlsSecret: tls.metadata.name };

    switch (how.kind) {
      case "edge":
        new Edge("edge", { ...shared, image: edgeImage, nodePort: how.nodePort, outsideService }, child);
        break;
      case "ingress":
        new IngressExposure(name, { ...shared, className: how.className }, child);
        break;
      case "gateway":
        new GatewayExposure(name, { ...shared, className: how.className }, child);
        break;
    }
    this.registerOutputs({});
  }
}
