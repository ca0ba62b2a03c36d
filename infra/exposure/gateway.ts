import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { ExposureArgs } from "./args.ts";

export interface GatewayArgs extends ExposureArgs {
  readonly className: string;
}

const apiVersion = "gateway.networking.k8s.io/v1";

/** A Gateway and a route to the server, for a controller of the Gateway API that the customer runs. */
export class GatewayExposure extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Gateway", name, {}, opts);
    const [service = "", port] = args.backend.split(":");
    const metadata = { name: "server", namespace: args.namespace, labels: labels("exposure") };
    const gateway = new k8s.apiextensions.CustomResource(
      `${name}-gateway`,
      {
        apiVersion,
        kind: "Gateway",
        metadata,
        spec: {
          gatewayClassName: args.className,
          listeners: [
            {
              name: "https",
              protocol: "HTTPS",
              port: 443,
              hostname: args.host,
              tls: { mode: "Terminate", certificateRefs: [{ name: args.tlsSecret }] },
              allowedRoutes: { namespaces: { from: "Same" } },
            },
          ],
        },
      },
      { parent: this },
    );
    new k8s.apiextensions.CustomResource(
      `${name}-route`,
      {
        apiVersion,
        kind: "HTTPRoute",
        metadata,
        spec: {
          parentRefs: [{ name: gateway.metadata.name, sectionName: "https" }],
          hostnames: [args.host],
          rules: [
            {
              matches: [{ path: { type: "PathPrefix", value: "/" } }],
              backendRefs: [{ name: service, port: Number(port) }],
              // Websockets and long polls last as long as they last.
              timeouts: { request: "0s", backendRequest: "0s" },
            },
          ],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
