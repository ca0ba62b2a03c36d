import type { CustomResourceOptions } from "@pulumi/pulumi";

/**
 * Options of what holds data: Pulumi refuses to delete or replace it, and a deletion that is forced
 * nevertheless leaves the object in the cluster.
 */
export const dataLocks = (
  protection: boolean,
): Pick<CustomResourceOptions, "protect" | "retainOnDelete"> => ({
  protect: protection,
  retainOnDelete: protection,
});
