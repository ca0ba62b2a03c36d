import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dataLocks } from "./locks.ts";
import { labels } from "./naming.ts";

export interface VolumeArgs {
  /** Name of the claim in the cluster. */
  readonly claim: string;
  readonly namespace: pulumi.Input<string>;
  /** What it belongs to, as a label. */
  readonly component: string;
  readonly size: string;
  readonly storageClass: string | undefined;
  readonly protection: boolean;
}

/** A volume for data. Its size changes in place. */
export function dataVolume(
  name: string,
  args: VolumeArgs,
  parent: pulumi.Resource,
): k8s.core.v1.PersistentVolumeClaim {
  return new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: { name: args.claim, namespace: args.namespace, labels: labels(args.component) },
      spec: {
        accessModes: ["ReadWriteOnce"],
        ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
        resources: { requests: { storage: args.size } },
      },
    },
    { parent, ...dataLocks(args.protection) },
  );
}
