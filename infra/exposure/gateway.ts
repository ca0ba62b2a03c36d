import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { ExposureArgs } from "./args.ts";
import { gatewayApi, type ParentGateway } from "./route.ts";

export interface GatewayArgs extends ExposureArgs {
  readonly className: string;
}

const listener = "https";

/** A Gateway for a controller of the Gateway API that the customer runs. */
export class GatewayExposure extends pulumi.ComponentResource {
  /** What a route to the server is attached to. */
  readonly parentGateway: ParentGateway;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Gateway", name, {}, opts);
    const metadata = { name: "server", namespace: args.namespace, labels: labels("exposure") };
    const gateway = new k8s.apiextensions.CustomResource(
      `${name}-gateway`,
      {
        apiVersion: gatewayApi,
        kind: "Gateway",
        metadata,
        spec: {
          gatewayClassName: args.className,
          listeners: [
            {
              name: listener,
              protocol: "HTTPS",
              port: args.port,
              hostname: args.host,
              tls: { mode: "Terminate", certificateRefs: [{ name: args.tlsSecret }] },
              allowedRoutes: { namespaces: { from: "Same" } },
            },
          ],
        },
      },
      { parent: this },
    );
    this.parentGateway = { name: gateway.metadata.name, listener };
    this.registerOutputs({});
  }
}
