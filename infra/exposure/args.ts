import type * as pulumi from "@pulumi/pulumi";

/** Pods as a NetworkPolicy names them, with the port they listen on. */
export interface Pods {
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** What every way of exposing the server needs. */
export interface ExposureArgs {
  readonly namespace: pulumi.Input<string>;
  /** Public host name. */
  readonly host: string;
  /** Port of the public address. */
  readonly port: number;
  /** `host:port` of the server inside the cluster. */
  readonly backend: string;
  /** Pods behind that address. */
  readonly backendPods: Pods;
  readonly certificate: pulumi.Output<{ readonly certificate: string; readonly key: string }>;
  /** Secret with that certificate, of type kubernetes.io/tls. */
  readonly tlsSecret: pulumi.Input<string>;
}
