import * as k8s from "@pulumi/kubernetes";
import { clusterDns } from "../peers.ts";
import { changeInPlace, type Target } from "./target.ts";

/** The one-node Kubernetes of this machine. */
export function localTarget({ kubeconfig }: { readonly kubeconfig: string }): Target {
  const provider = new k8s.Provider("cluster", { kubeconfig, context: "kit-local", ...changeInPlace });
  return { provider, storageClass: undefined, outsideService: "NodePort", dns: clusterDns };
}
