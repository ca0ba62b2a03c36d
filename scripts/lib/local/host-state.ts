import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { $ } from "zx";
import { KitError } from "../errors.ts";
import { tool } from "../tools/index.ts";
import { parseTables } from "./firewall.ts";
import { fixedFolders } from "./layout.ts";
import { bootId } from "./processes.ts";

/** What the node can change on a machine. */
export interface HostState {
  readonly boot: string;
  readonly links: readonly string[];
  readonly routes: readonly string[];
  readonly mounts: readonly string[];
  /** Chains and rules, each with the program and table they are in. */
  readonly firewall: readonly string[];
  /** The topmost control groups. */
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
}

/** How to look at one family's firewall, with what it printed. */
export interface SavedFirewall {
  readonly program: "iptables" | "ip6tables";
  readonly saved: string;
}

/** Kernel settings that the node and its parts change, in the order in which they can be put back. */
const changedSysctls = [
  "net/ipv4/ip_forward",
  "net/ipv4/conf/all/route_localnet",
  "net/bridge/bridge-nf-call-iptables",
  "net/bridge/bridge-nf-call-ip6tables",
  "net/bridge/bridge-nf-call-arptables",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

// Setting ip_forward also sets these of every interface.
const perInterface = ["accept_redirects", "forwarding"];

/** Names are such as "net/ipv4/ip_forward": an interface may have a dot in its name. */
export const sysctlFile = (name: string): string => join("/proc/sys", name);

/** Looks at the machine. */
export async function hostState(): Promise<HostState> {
  const [boot, links, routes, mounts, firewalls, cgroups, sysctls] = await Promise.all([
    bootId(),
    linkNames(),
    allRoutes(),
    mountPoints(),
    tool("iptables").then(savedFirewalls),
    topCgroups(),
    readSysctls(),
  ]);
  const folders = fixedFolders.filter((folder) => existsSync(folder));
  return {
    boot,
    links,
    routes,
    mounts,
    firewall: firewalls.flatMap(firewallLines),
    cgroups,
    folders,
    sysctls,
  };
}

const quiet = $({ quiet: true, nothrow: true });

/** Links by name, and by the bridge that they belong to: one of a pod belongs to the node's, or to none any more. */
async function linkNames(): Promise<string[]> {
  const names = await readdir("/sys/class/net");
  const links = names.map(async (name) => {
    const bridge = await readlink(`/sys/class/net/${name}/master`).catch(() => undefined);
    return bridge === undefined ? name : `${name} of ${basename(bridge)}`;
  });
  return (await Promise.all(links)).toSorted();
}

async function allRoutes(): Promise<string[]> {
  const [four, six] = await Promise.all([quiet`ip -4 route show`, quiet`ip -6 route show`]);
  return `${four.stdout}${six.stdout}`
    .split("\n")
    .map((line) => line.replace(/ (expires \S+|linkdown|dead|onlink)/g, "").trim())
    .filter((line) => line !== "")
    .toSorted();
}

/** Where something is mounted, outermost first. */
export async function mountPoints(): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => unescapeMount(line.split(" ")[4] ?? ""));
}

const unescapeMount = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

/** The rules of both address families. A machine without one of them has no rules there. */
export async function savedFirewalls(iptables: string): Promise<SavedFirewall[]> {
  const families = ["iptables", "ip6tables"] as const;
  return Promise.all(
    families.map(async (program) => ({ program, saved: await savedFirewall(iptables, program) })),
  );
}

/** The rules of one address family, as its `iptables-save` prints them. */
export async function savedFirewall(iptables: string, program: SavedFirewall["program"]): Promise<string> {
  return (await quiet`${join(dirname(iptables), `${program}-save`)}`).stdout;
}

/** Carries out input of one family's `iptables-restore`. What it does not name stays. */
export async function changeFirewall(
  iptables: string,
  program: SavedFirewall["program"],
  script: string,
): Promise<void> {
  const restore = join(dirname(iptables), `${program}-restore`);
  const changed = await $({ quiet: true, nothrow: true, input: script })`${restore} --noflush --wait 10`;
  if (changed.exitCode === 0) return;
  throw new KitError("failed", "the firewall of this machine could not be changed", {
    why: `${program}-restore said: ${changed.stderr.trim()}`,
    next: "./kit local stop takes back what was changed; then: ./kit preflight",
  });
}

export function firewallLines({ program, saved }: SavedFirewall): string[] {
  return parseTables(saved).flatMap(({ name, chains, rules }) => [
    ...chains.map((chain) => `${program} ${name} chain ${chain}`),
    ...rules.map((rule) => `${program} ${name} rule ${rule}`),
  ]);
}

/** Roots of the control groups: one with version 2, one for each controller with version 1. */
export async function cgroupRoots(): Promise<string[]> {
  const base = "/sys/fs/cgroup";
  if (existsSync(join(base, "cgroup.controllers"))) return [base];
  const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(base, entry.name));
}

/** The topmost control groups of all controllers. */
export async function topCgroups(): Promise<string[]> {
  const groups = (await cgroupRoots()).map(async (root) => {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  });
  return (await Promise.all(groups)).flat().toSorted();
}

async function readSysctls(): Promise<Record<string, string>> {
  const interfaces = await readdir("/proc/sys/net/ipv4/conf");
  const names = [
    ...changedSysctls,
    ...interfaces.flatMap((name) => perInterface.map((key) => `net/ipv4/conf/${name}/${key}`)),
  ];
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = await readFile(sysctlFile(name), "utf8").catch(() => undefined);
    if (value !== undefined) found[name] = value.trim();
  }
  return found;
}
