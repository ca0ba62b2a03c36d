import type { HostState } from "./host-state.ts";
import { home, network, node, runDir } from "./layout.ts";
import { machineDir } from "../paths.ts";

/** What differs from before the first start. */
export interface Differences {
  /** Surely the node's: it has to go. */
  readonly own: readonly string[];
  /** Changed by someone else meanwhile, as far as can be told. */
  readonly foreign: readonly string[];
  /** Made by the node, and left for others. */
  readonly kept: readonly string[];
}

type Judge = (item: string) => boolean;

const below = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

// Those of other networks on this machine have such names too, but belong to their bridges.
const isOwnLink: Judge = (link) =>
  link === node.link || link === network.bridge || /^veth[0-9a-f]{8}$/.test(link);
/** Whether a route, as `ip route` prints it, is the node's. */
export const isOwnRoute: Judge = (route) =>
  route.startsWith(`unreachable ${network.pods} `) ||
  [node.link, network.bridge].some((link) => `${route} `.includes(` dev ${link} `));
const isOwnMount: Judge = (mount) => [machineDir, home, runDir].some((folder) => below(folder, mount));
const isOwnRule: Judge = (line) => /\b(KUBE|KIT)-|name: \\"kit-pods\\"/.test(line);
/** Kernel settings that are there only while the module br_netfilter is. */
export const isOfBridges: Judge = (name) => name.startsWith("net/bridge/");
const isOwnGroup: Judge = (group) => /\/(kubepods|k8s\.io)$/.test(group);

/**
 * Whether a kernel setting stays as the node made it: once others made links meanwhile, such as those of Docker, they
 * may need what has packets passed on.
 */
export function settingStays(name: string, before: HostState, now: HostState): boolean {
  const othersCame = now.links.some((link) => !before.links.includes(link) && !isOwnLink(link));
  return othersCame && (/\/(ip_forward|forwarding)$/.test(name) || isOfBridges(name));
}

/** Compares the machine with what it was before the first start. */
export function differences(before: HostState, now: HostState): Differences {
  const own: string[] = [];
  const foreign: string[] = [];
  const kept: string[] = [];
  const added = (what: string, was: readonly string[], is: readonly string[], isOwn: Judge) => {
    for (const item of is.filter((each) => !was.includes(each))) {
      (isOwn(item) ? own : foreign).push(`${what} ${item}`);
    }
  };
  added("link", before.links, now.links, isOwnLink);
  added("route", before.routes, now.routes, isOwnRoute);
  added("mount", before.mounts, now.mounts, isOwnMount);
  added("firewall", before.firewall, now.firewall, isOwnRule);
  added("control group", before.cgroups, now.cgroups, isOwnGroup);
  // What the node put into them is removed: one that is still there is in use by someone else.
  added("folder", before.folders, now.folders, () => false);
  const changed = (name: string, text: string) =>
    (settingStays(name, before, now) ? kept : own).push(`kernel setting ${name} is ${text}`);
  for (const [name, value] of Object.entries(before.sysctls)) {
    const is = now.sysctls[name];
    if (is !== undefined && is !== value) changed(name, `${is}, was ${value}`);
  }
  for (const [name, is] of Object.entries(now.sysctls).filter(([each]) => isOfBridges(each))) {
    if (before.sysctls[name] === undefined && is !== "0") changed(name, `${is}, was not there`);
  }
  // Those of interfaces follow it.
  return { own, foreign, kept: kept.filter((text) => !text.includes("/forwarding ")) };
}

/**
 * The state of the host to compare with later. What a start found is kept until a stop; but after a reboot only
 * the folders are left of it, since everything else began anew.
 */
export function recordToKeep(kept: HostState | undefined, now: HostState): HostState {
  if (!kept) return now;
  if (kept.boot === now.boot) return kept;
  return { ...now, folders: kept.folders };
}
