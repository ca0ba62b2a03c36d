import { findTool, provide } from "./provide.ts";
import { openToolbox } from "./toolbox.ts";

/** The tools that other parts of the kit call by name. */
export type ToolName =
  | "pulumi"
  | "kubernetes"
  | "kubectl"
  | "etcd"
  | "coredns"
  | "pause"
  | "local-provisioner"
  | "network-policies"
  | "helm"
  | "kubeconform"
  | "gofakes3"
  | "age"
  | "containerd"
  | "runc"
  | "cni-plugins"
  | "iptables"
  | "conntrack"
  | "chromium";

/** A tool that only a bundle can bring; its stand-in takes its place elsewhere. */
export type BundledToolName = "pulumi-resource-kubernetes";

const found = new Map<ToolName, Promise<string>>();

/** The absolute path of a tool's executable. It is installed first if it is missing, with progress on stderr. */
export function tool(name: ToolName): Promise<string> {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = openToolbox().then((toolbox) => provide(name, toolbox));
  found.set(name, path);
  path.catch(() => found.delete(name));
  return path;
}

/** The path of a tool that needs no installing, or undefined. */
export async function presentTool(name: ToolName | BundledToolName): Promise<string | undefined> {
  const toolbox = await openToolbox();
  const entry = toolbox.lock[name];
  return entry && (await findTool(name, entry, toolbox))?.path;
}
