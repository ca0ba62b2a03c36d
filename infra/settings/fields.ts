import { z } from "zod";
import * as check from "./checks.ts";

export const text = (is: (value: string) => boolean, must: string) => z.string().refine(is, { error: must });
export const filled = (must: string) => text((value) => value.trim() !== "", must);
export const absolutePath = text((value) => value.startsWith("/"), "must be an absolute path");
export const size = text(check.isSize, "must be an amount above zero with its unit");
export const cpu = text(check.isCpu, "must be an amount of processors above zero");
export const count = (least: number, most: number) =>
  z
    .int({ error: `must be a whole number` })
    .min(least, `must be ${least} or more`)
    .max(most, `must be ${most} or less`);
export const dnsLabel = text(check.isDnsLabel, "must be lower-case letters, digits and hyphens");
export const className = text(check.isDnsName, "must be lower-case letters, digits, hyphens and dots");

const peer = z
  .strictObject({
    namespace: dnsLabel.optional(),
    labels: z.record(z.string(), z.string()).readonly().optional(),
    cidr: text(check.isCidr, "must be a block of addresses").optional(),
  })
  .readonly()
  .refine(({ namespace, cidr }) => (namespace === undefined) !== (cidr === undefined), {
    error: "must have either a namespace or a cidr",
  })
  .refine(({ labels, cidr }) => labels === undefined || cidr === undefined, {
    error: "must have labels only beside a namespace",
  })
  .meta({ examples: [{ namespace: "ingress-nginx" }, { cidr: "10.0.0.0/16" }] });

/** Some of the network: pods of a namespace, all or those with the labels, or a block of addresses of who is no pod. */
export const peers = z
  .array(peer, { error: "must be a list of objects with a namespace or a cidr" })
  .min(1, "must name somebody")
  .readonly();

/** Requests and limits of a container, with those that it has when nothing is set. */
export const resources = (
  requests: { readonly cpu: string; readonly memory: string },
  limits: { readonly memory: string },
) =>
  z
    .strictObject({
      requests: z
        .strictObject({
          cpu: cpu.default(requests.cpu).meta({
            description: "Processors that a node must have free for it.",
            examples: ["500m"],
          }),
          memory: size.default(requests.memory).meta({
            description: "Memory that a node must have free for it. Not above its limit.",
            examples: ["512Mi"],
          }),
        })
        .readonly()
        .prefault({}),
      limits: z
        .strictObject({
          cpu: cpu.optional().meta({ description: "Processors that it gets at most.", examples: ["2"] }),
          memory: size.default(limits.memory).meta({
            description: "Memory that it gets at most.",
            examples: ["1Gi"],
          }),
        })
        .readonly()
        .prefault({}),
    })
    .readonly()
    .superRefine((set, context) => {
      for (const name of ["cpu", "memory"] as const) {
        const limit = set.limits[name];
        if (limit === undefined || check.amount(set.requests[name]) <= check.amount(limit)) continue;
        const message = `must not be above limits.${name}, which is ${limit}`;
        context.addIssue({ code: "custom", path: ["requests", name], message });
      }
    })
    .prefault({})
    .meta({ description: "Requests and limits of each pod." });
