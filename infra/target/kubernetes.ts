import * as k8s from "@pulumi/kubernetes";
import type { Dns } from "../peers.ts";
import { changeInPlace, type Target } from "./target.ts";

export interface KubernetesTarget {
  readonly kubeconfig: string;
  readonly context: string;
  readonly storageClass?: string | undefined;
  readonly dns: Dns;
}

/** A cluster that the customer runs. */
export function kubernetesTarget({ kubeconfig, context, storageClass, dns }: KubernetesTarget): Target {
  const provider = new k8s.Provider("cluster", { kubeconfig, context, ...changeInPlace });
  return { provider, storageClass, outsideService: "LoadBalancer", dns };
}
