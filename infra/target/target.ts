import type * as k8s from "@pulumi/kubernetes";
import type { Dns } from "../peers.ts";

/** All that the rest of the program knows about where it runs. */
export interface Target {
  readonly provider: k8s.Provider;
  /** StorageClass of volumes; the cluster's default when not set. */
  readonly storageClass: string | undefined;
  /** How a Service is reached from outside where no fixed port is asked for. */
  readonly outsideService: "NodePort" | "LoadBalancer";
  readonly dns: Dns;
}

/**
 * Fixed names need Secrets and ConfigMaps that change in place. Replaced ones would replace every Deployment
 * that refers to them.
 */
export const changeInPlace = { enableConfigMapMutable: true, enableSecretMutable: true } as const;
