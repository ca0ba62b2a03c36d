import { constants, existsSync } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { $ } from "zx";
import { hasKubernetes, readHostRecord } from "../local/host-record.ts";
import { cgroupRoots, firewallLines, savedFirewalls, topCgroups } from "../local/host-state.ts";
import { network, node, ports } from "../local/layout.ts";
import { isOwnRoute } from "../local/leftovers.ts";
import { bootId } from "../local/processes.ts";
import { daemonsRun } from "../local/strays.ts";
import { foreignOwner } from "../local/takeover.ts";
import { cacheDir, machineDir } from "../paths.ts";
import { findPlugins, standInsAmong, type PluginUse } from "../pulumi/plugins.ts";
import { presentTool } from "../tools/index.ts";
import type { Facts, FreeSpace, Needs } from "./checks.ts";
import { findMissing, lackOf, noDebian } from "./missing.ts";
import { parseListeners } from "./listeners.ts";

const quiet = $({ quiet: true, nothrow: true });

/** What the local node takes on a machine. */
export const nodeNeeds: Needs = {
  ports,
  ranges: [network.pods, network.services, `${node.address}/32`],
  podRange: network.pods,
};

/** Looks at the machine, without changing it. */
export async function gatherFacts(): Promise<Facts> {
  const isRoot = process.getuid?.() === 0;
  const [
    missingPrograms,
    toolsRun,
    overlayWorks,
    linksWork,
    queuesWork,
    bridgeFilterWorks,
    foreignKubernetes,
    missing,
  ] = await Promise.all([
    findMissingPrograms(),
    tryProgram(),
    tryOverlay(),
    tryLinks(),
    hasModule("nfnetlink_queue", "/proc/net/netfilter/nfnetlink_queue"),
    hasModule("br_netfilter", "/proc/sys/net/bridge"),
    isRoot && findForeignKubernetes(),
    findMissing(),
  ]);
  const toAssemble = missing.filter(({ fromDebian }) => fromDebian).map(({ name }) => name);
  const nodeRuns = isRoot && (await daemonsRun());
  return {
    isLinux: process.platform === "linux",
    isRoot,
    missingPrograms,
    toolsRun,
    overlayWorks,
    linksWork,
    queuesWork,
    bridgeFilterWorks,
    settingsWritable: await may("/proc/sys/net/ipv4/ip_forward", constants.W_OK),
    hasFirewalld: (await quiet`firewall-cmd --state`).exitCode === 0,
    toAssemble,
    noDebian: toAssemble.length > 0 ? await noDebian() : undefined,
    controllers: await findControllers(),
    listeners: await findListeners(),
    routes: await findRoutes(),
    hasForeignKubernetes: foreignKubernetes,
    nodeRuns,
    foreignCheckout: isRoot ? (await foreignOwner())?.checkout : undefined,
    folders: [
      await freeSpace(cacheDir, lackOf(missing)),
      await freeSpace(machineDir, existsSync(machineDir) ? undefined : "node"),
    ],
    memoryBytes: totalmem(),
    availableMemoryBytes: await availableMemory(),
  };
}

/** The plugins of Pulumi that the kit's own stand in for. Unknown while the Pulumi CLI is not installed. */
export async function findStandIns(): Promise<readonly PluginUse[] | undefined> {
  const pulumi = await presentTool("pulumi");
  if (pulumi === undefined) return undefined;
  return standInsAmong(await findPlugins(pulumi));
}

async function findMissingPrograms(): Promise<string[]> {
  const wanted = ["ip", "mount", "umount", "unshare"];
  const found = await Promise.all(wanted.map((program) => quiet`sh -c ${`command -v ${program}`}`));
  return wanted.filter((_, at) => found[at]?.exitCode !== 0);
}

/** Puts a program where tools are put, and asks whether it may be run there. */
const tryProgram = (): Promise<boolean> =>
  tryBelow(cacheDir, async (folder) => {
    const program = join(folder, "program");
    await writeFile(program, "", { mode: 0o755 });
    return may(program, constants.X_OK);
  });

/** Mounts an overlay in a mount namespace of its own, which ends with the try. */
const tryOverlay = (): Promise<boolean> =>
  tryBelow(machineDir, async (folder) => {
    for (const name of ["lower", "upper", "work", "all"]) await mkdir(join(folder, name));
    const options = `lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work`;
    const mounted = await quiet`unshare --mount mount -t overlay -o ${options} overlay ${folder}/all`;
    return mounted.exitCode === 0;
  });

/** Tries something in a folder of its own, below another or where that will be. */
async function tryBelow(place: string, works: (folder: string) => Promise<boolean>): Promise<boolean> {
  const folder = await mkdtemp(join(existingParent(place), ".kit-preflight-")).catch(() => undefined);
  if (folder === undefined) return false;
  try {
    return await works(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes links in a network namespace of its own, which ends with the try. */
async function tryLinks(): Promise<boolean> {
  const make = "ip link add kit-try type bridge && ip link add kit-a type veth peer name kit-b";
  return (await quiet`unshare --net sh -c ${make}`).exitCode === 0;
}

/** Whether a part of the kernel is there, or is a module that can be loaded. `trace` is there while it is. */
async function hasModule(name: string, trace: string): Promise<boolean> {
  return existsSync(trace) || (await quiet`modprobe --dry-run ${name}`).exitCode === 0;
}

const may = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );

async function findControllers(): Promise<string[]> {
  const roots = await cgroupRoots();
  const unified = await readFile("/sys/fs/cgroup/cgroup.controllers", "utf8").catch(() => undefined);
  if (unified !== undefined) return unified.trim().split(" ");
  // Version 1 mounts some of them together, such as "cpu,cpuacct".
  return roots.flatMap((root) => basename(root).split(","));
}

async function findForeignKubernetes(): Promise<boolean> {
  const record = await readHostRecord();
  if (record?.boot === (await bootId())) return false;
  const iptables = await presentTool("iptables");
  const firewalls = iptables === undefined ? [] : await savedFirewalls(iptables);
  return hasKubernetes({ cgroups: await topCgroups(), firewall: firewalls.flatMap(firewallLines) });
}

async function findListeners() {
  const files = ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => ""));
  return (await Promise.all(files)).flatMap(parseListeners);
}

/** Where routes lead, without those of the node itself. */
async function findRoutes(): Promise<string[]> {
  const { stdout } = await quiet`ip -4 route show`;
  const foreign = stdout.split("\n").filter((route) => !isOwnRoute(route));
  const destinations = foreign.map((route) => route.split(" ")[0] ?? "");
  return destinations.filter((destination) => /^\d/.test(destination));
}

async function freeSpace(folder: string, lacks: FreeSpace["lacks"]): Promise<FreeSpace> {
  const { bavail, bsize } = await statfs(existingParent(folder));
  return { folder, freeBytes: bavail * bsize, lacks };
}

const existingParent = (folder: string): string =>
  existsSync(folder) ? folder : existingParent(dirname(folder));

/** What programs can get without swapping: free memory and caches that can be given up. */
async function availableMemory(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
