// What the machine is like, as its own programs tell it: the node must leave no trace in this.
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { $ } from "zx";
import { tool } from "../../../scripts/lib/tools/index.ts";

export type Machine = Readonly<Record<string, readonly string[]>>;

const quiet = $({ quiet: true, nothrow: true });

const folders = [
  "/var/lib/kubelet",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/dexie-cloud-kit",
  "/var/log/containers",
  "/var/log/pods",
  "/etc/cni",
  "/opt/cni",
  "/opt/containerd",
  "/run/containerd",
  "/run/netns",
  "/run/dexie-cloud-kit",
];

const nodePrograms = /hyperkube|etcd|containerd|runc|coredns|local-provisioner|network-policies|\/pause/;

export async function lookAtMachine(): Promise<Machine> {
  const iptables = await tool("iptables");
  const saved = async (program: string) => {
    const { stdout } = await quiet`${join(dirname(iptables), program)}`;
    // Tables without rules appear with the first look at them.
    return stdout.replace(/^[#*].*$|^:\S+ ACCEPT.*$|^COMMIT$|\[\d+:\d+\]/gm, "");
  };
  return {
    links: sorted((await quiet`ip -oneline link`).stdout.replace(/^\d+: /gm, "").replace(/ state \S+/g, "")),
    addresses: sorted(
      (await quiet`ip -oneline address`).stdout.replace(/^\d+: /gm, "").replace(/\d+sec/g, ""),
    ),
    routes: sorted((await quiet`ip -4 route show table all`).stdout),
    mounts: sorted((await readFile("/proc/self/mounts", "utf8")).replace(/ 0 0$/gm, "")).filter(stays),
    firewall: sorted((await saved("iptables-save")) + (await saved("ip6tables-save"))),
    // Those of Kubernetes lie here; deeper ones belong to whoever has the group above.
    groups: sorted((await quiet`find /sys/fs/cgroup -maxdepth 2 -type d`).stdout).filter(stays),
    namespaces: sorted((await quiet`lsns --type net --noheadings --output NS`).stdout),
    kernel: sorted((await quiet`sysctl -a`).stdout)
      .filter((line) => /^(net\.(ipv4|bridge)|vm|kernel)\./.test(line))
      .filter((line) => !volatile.test(line)),
    folders: folders.filter((folder) => existsSync(folder)),
    processes: await nodeProcesses(),
  };
}

/** How the machine was before, without what other programs have ended since. */
export function withoutEnded(before: Machine, now: Machine): Machine {
  const still = (what: string) => (before[what] ?? []).filter((each) => now[what]?.includes(each));
  return { ...before, mounts: still("mounts"), groups: still("groups"), namespaces: still("namespaces") };
}

// Changes by itself, or with the memory in use.
const volatile =
  /^(kernel\.(random|ns_last_pid|pty\.nr)|net\.ipv4\.conf\.(veth|kit)|vm\.stat|kernel\.keys\.(\d))/;

/** Services of systemd, sessions of users, and what stories beside the node mount come and go by themselves. */
const stays = (line: string): boolean => !/\.(service|scope|slice)\b|\/run\/user\/|\/kit-e2e-/.test(line);

const sorted = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .toSorted();

async function nodeProcesses(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
  const own = (await Promise.all(commands)).map((command) => command.replaceAll("\0", " ").trim());
  return own.filter(
    (command) => /(lib|run)\/dexie-cloud-kit/.test(command) && nodePrograms.test(command.split(" ")[0] ?? ""),
  );
}

const kept = join(tmpdir(), "dexie-cloud-kit-e2e-machine.json");
const bootId = () => readFile("/proc/sys/kernel/random/boot_id", "utf8");

/** Keeps how the machine was before the first story, for the last one. */
export async function keepMachine(machine: Machine): Promise<void> {
  await writeFile(kept, JSON.stringify({ boot: await bootId(), machine }));
}

/** How the machine was before the first story, if it was looked at then. */
export async function keptMachine(): Promise<Machine | undefined> {
  const text = await readFile(kept, "utf8").catch(() => undefined);
  await rm(kept, { force: true });
  if (text === undefined) return undefined;
  const { boot, machine } = JSON.parse(text) as { boot: string; machine: Machine };
  return boot === (await bootId()) ? machine : undefined;
}
