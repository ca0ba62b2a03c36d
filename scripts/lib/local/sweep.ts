import { existsSync } from "node:fs";
import { readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { presentTool, tool } from "../tools/index.ts";
import { removalScript, parseTables } from "./firewall.ts";
import { removeFixedFolders } from "./fixed-folders.ts";
import {
  cgroupRoots,
  changeFirewall,
  hostState,
  mountPoints,
  savedFirewalls,
  sysctlFile,
  type HostState,
} from "./host-state.ts";
import { home, network, node, runDir } from "./layout.ts";
import { isOfBridges, settingStays } from "./leftovers.ts";
import { bootId } from "./processes.ts";
import { repeat } from "./repeat.ts";
import { endStrays } from "./strays.ts";

const quiet = $({ quiet: true, nothrow: true });

/**
 * Takes back all that the node changed on the machine, once its programs have ended. Keeps its data. `before` is
 * what the machine was like. Unless `kubernetesIsOwn`, only what bears the node's own name is touched.
 */
export async function sweepHost(before: HostState | undefined, kubernetesIsOwn: boolean): Promise<void> {
  await endStrays(kubernetesIsOwn);
  await unmountAll();
  await removeFirewall(kubernetesIsOwn);
  await removeLinks();
  if (kubernetesIsOwn) await removeGroups();
  if (before?.boot === (await bootId())) await restoreSysctls(before);
  if (before) await removeFixedFolders(before, await hostState());
  await removeTree(runDir);
}

async function unmountAll(): Promise<void> {
  await repeat(10, async () => {
    const mounts = await ownMounts();
    for (const path of mounts.toReversed()) await quiet`umount -l ${path}`;
    return mounts.length === 0;
  });
}

/** Mounts below the node's folders, outermost first. */
export async function ownMounts(): Promise<string[]> {
  return (await mountPoints()).filter((path) => [home, runDir].some((top) => path.startsWith(`${top}/`)));
}

async function removeFirewall(kubernetesIsOwn: boolean): Promise<void> {
  const iptables = await (kubernetesIsOwn ? tool("iptables") : presentTool("iptables"));
  if (iptables === undefined) return;
  for (const { program, saved } of await savedFirewalls(iptables)) {
    const script = removalScript(
      parseTables(saved),
      network.name,
      kubernetesIsOwn ? "node and Kubernetes" : "node",
    );
    if (script !== "") await changeFirewall(iptables, program, script);
  }
}

async function removeLinks(): Promise<void> {
  const ports = await readdir(`/sys/class/net/${network.bridge}/brif`).catch(() => []);
  for (const link of [...ports, network.bridge, node.link]) {
    if (existsSync(`/sys/class/net/${link}`)) await quiet`ip link delete ${link}`;
  }
  await quiet`ip route delete unreachable ${network.pods} metric 4096`;
}

async function removeGroups(): Promise<void> {
  const groups = (await cgroupRoots()).flatMap((top) =>
    ["kubepods", "k8s.io"].map((name) => join(top, name)),
  );
  await repeat(10, async () => {
    const left = groups.filter((group) => existsSync(group));
    await Promise.all(left.map(removeGroup));
    return left.length === 0;
  });
}

async function removeGroup(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => join(group, entry.name));
  await Promise.all(children.map(removeGroup));
  // Busy until its last process is reaped.
  await rmdir(group).catch(() => undefined);
}

async function restoreSysctls(before: HostState): Promise<void> {
  const now = await hostState();
  for (const [name, value] of Object.entries(before.sysctls)) {
    if (settingStays(name, before, now)) continue;
    const is = await readFile(sysctlFile(name), "utf8").catch(() => undefined);
    if (is !== undefined && is.trim() !== value) await writeFile(sysctlFile(name), value);
  }
  const ofBridges = Object.keys(now.sysctls).filter(isOfBridges);
  const mayGo = (name: string) => before.sysctls[name] === undefined && !settingStays(name, before, now);
  if (ofBridges.every(mayGo)) await endBridgeFilter();
}

/** Bridged packets pass the firewall only since the node has loaded a module for that. */
async function endBridgeFilter(): Promise<void> {
  await quiet`modprobe -r br_netfilter`;
  const names = Object.keys((await hostState()).sysctls).filter(isOfBridges);
  for (const name of names) await writeFile(sysctlFile(name), "0");
}

/** Deletes a folder, but nothing that is mounted into it. */
export async function removeTree(folder: string): Promise<void> {
  if (existsSync(folder)) await quiet`rm -rf --one-file-system ${folder}`;
}
