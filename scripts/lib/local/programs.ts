import { tool, type ToolName } from "../tools/index.ts";
import type { Programs } from "./daemons.ts";

const toolOf = {
  kubernetes: "kubernetes",
  etcd: "etcd",
  provisioner: "local-provisioner",
  policies: "network-policies",
  containerd: "containerd",
  runc: "runc",
  cniPlugins: "cni-plugins",
  iptables: "iptables",
  conntrack: "conntrack",
} as const satisfies Record<keyof Programs, ToolName>;

/** The tools that the node is made of. */
export const nodeTools: readonly ToolName[] = Object.values(toolOf);

/** All executables of the node, installed where they are missing. */
export async function findPrograms(): Promise<Programs> {
  const found = Object.entries(toolOf).map(async ([program, name]) => [program, await tool(name)]);
  return Object.fromEntries(await Promise.all(found)) as Record<keyof Programs, string>;
}
