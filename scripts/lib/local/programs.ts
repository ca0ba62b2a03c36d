import { tool } from "../tools/index.ts";
import type { Programs } from "./daemons.ts";

/** All executables of the node, installed where they are missing. */
export async function findPrograms(): Promise<Programs> {
  const [kubernetes, etcd, provisioner, policies, containerd, runc, cniPlugins, iptables, conntrack] =
    await Promise.all([
      tool("kubernetes"),
      tool("etcd"),
      tool("local-provisioner"),
      tool("network-policies"),
      tool("containerd"),
      tool("runc"),
      tool("cni-plugins"),
      tool("iptables"),
      tool("conntrack"),
    ]);
  return { kubernetes, etcd, provisioner, policies, containerd, runc, cniPlugins, iptables, conntrack };
}
