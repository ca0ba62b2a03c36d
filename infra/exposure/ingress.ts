import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";
import type { ExposureArgs } from "./args.ts";

export interface IngressArgs extends ExposureArgs {
  readonly className: string;
}

/** An Ingress for a controller that the customer runs. */
export class IngressExposure extends pulumi.ComponentResource {
  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:exposure:Ingress", name, {}, opts);
    const [service = "", port] = args.backend.split(":");
    new k8s.networking.v1.Ingress(
      `${name}-ingress`,
      {
        metadata: {
          name: "server",
          namespace: args.namespace,
          labels: labels("exposure"),
          annotations: forControllers,
        },
        spec: {
          ingressClassName: args.className,
          tls: [{ hosts: [args.host], secretName: args.tlsSecret }],
          rules: [
            {
              host: args.host,
              http: {
                paths: [
                  {
                    path: "/",
                    pathType: "Prefix",
                    backend: { service: { name: service, port: { number: Number(port) } } },
                  },
                ],
              },
            },
          ],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/**
 * Websockets and long polls outlive the usual timeouts, and a first sync is larger than the megabyte that nginx lets
 * through; the server has a limit of its own. Controllers other than these take them as they come.
 */
const forControllers = {
  "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600",
  "nginx.ingress.kubernetes.io/proxy-send-timeout": "3600",
  "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
  "nginx.ingress.kubernetes.io/proxy-body-size": "0",
  "haproxy.org/timeout-tunnel": "1h",
};
