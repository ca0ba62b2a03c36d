import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { ExposureArgs } from "./args.ts";

export const gatewayApi = "gateway.networking.k8s.io/v1";

/** The Gateway that a route is attached to. */
export interface ParentGateway {
  readonly name: pulumi.Input<string>;
  /** The route's own when not set. */
  readonly namespace?: string | undefined;
  readonly listener?: string | undefined;
}

interface RouteArgs extends Pick<ExposureArgs, "namespace" | "host" | "backend"> {
  readonly gateway: ParentGateway;
}

/** A route of a Gateway to the server. */
export function serverRoute(name: string, args: RouteArgs, parent: pulumi.Resource): void {
  const { gateway } = args;
  const [service = "", port] = args.backend.split(":");
  new k8s.apiextensions.CustomResource(
    `${name}-route`,
    {
      apiVersion: gatewayApi,
      kind: "HTTPRoute",
      metadata: { name: "server", namespace: args.namespace, labels: labels("exposure") },
      spec: {
        parentRefs: [
          {
            name: gateway.name,
            ...(gateway.namespace === undefined ? {} : { namespace: gateway.namespace }),
            ...(gateway.listener === undefined ? {} : { sectionName: gateway.listener }),
          },
        ],
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
    { parent },
  );
}
