import { officialInstead, type PluginUse } from "../pulumi/plugins.ts";
import { isSame, overlaps } from "./ranges.ts";

/** What is known of the machine. */
export interface Facts {
  readonly isLinux: boolean;
  readonly isRoot: boolean;
  /** Programs that every Linux machine for servers has, and that are missing. */
  readonly missingPrograms: readonly string[];
  /** Whether programs can be run from where the kit puts them. */
  readonly toolsRun: boolean;
  readonly overlayWorks: boolean;
  readonly linksWork: boolean;
  /** Whether the kernel can hold packets back until a program has decided on them. */
  readonly queuesWork: boolean;
  /** Whether the kernel can have bridged packets pass the firewall. */
  readonly bridgeFilterWorks: boolean;
  /** Whether kernel settings can be changed: in many containers /proc/sys is read-only. */
  readonly settingsWritable: boolean;
  /** Whether firewalld runs, whose rules no other program can open. */
  readonly hasFirewalld: boolean;
  /** What is still to be assembled from Debian packages. */
  readonly toAssemble: readonly string[];
  /** Why Debian packages cannot be had, if they cannot and are needed. */
  readonly noDebian: string | undefined;
  /** Controllers of control groups that the kernel offers. */
  readonly controllers: readonly string[];
  /** Addresses and ports that programs listen on. */
  readonly listeners: readonly Listener[];
  /** Ranges that routes of the machine lead to, without the default route. */
  readonly routes: readonly string[];
  readonly hasForeignKubernetes: boolean;
  /** Whether the kit's local node runs already. */
  readonly nodeRuns: boolean;
  /** Whose node runs, if another checkout's. */
  readonly foreignCheckout: string | undefined;
  readonly folders: readonly FreeSpace[];
  readonly memoryBytes: number;
  readonly availableMemoryBytes: number;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
}

export interface FreeSpace {
  readonly folder: string;
  readonly freeBytes: number;
  /** What is still to be made there, if anything. */
  readonly lacks: "tools" | "images" | "node" | undefined;
}

/** What the node will take. */
export interface Needs {
  readonly ports: readonly (Listener & { readonly part: string })[];
  readonly ranges: readonly string[];
  /** The one of these ranges that pods have. */
  readonly podRange: string;
}

export interface Check {
  /** What must hold, such as "must run as root". */
  readonly name: string;
  readonly outcome: "pass" | "warn" | "fail";
  /** What was found, in one sentence. */
  readonly sentence: string;
  /** What to do about it. */
  readonly fix?: string;
}

const gib = 1024 ** 3;
// Tools take 15 where all of them are built, most of it for Go; images take 1.5 with the builds before them. The
// kubelet evicts pods when less than one is left.
const leastDisk = { tools: 18 * gib, images: 4 * gib, node: 4 * gib, nothing: 2 * gib };
const leastMemory = 4 * gib;
const leastAvailable = 2 * gib;
const neededControllers = ["cpu", "memory", "pids"];

/** Judges a machine for the local node: every check, in the order in which people should read them. */
export function judgeMachine(facts: Facts, needs: Needs): Check[] {
  return [
    mustBeLinuxRoot(facts),
    mustHavePrograms(facts),
    mustRunTools(facts),
    mustHaveOverlay(facts),
    mustHaveLinks(facts),
    mustHaveQueues(facts),
    mustFilterBridges(facts),
    mustChangeSettings(facts),
    mustLetPodsThrough(facts, needs),
    mustHaveDebian(facts),
    mustHaveControllers(facts),
    mustBeOnlyKubernetes(facts),
    mustHaveFreePorts(facts, needs),
    mustHaveFreeRanges(facts, needs),
    ...facts.folders.map(mustHaveDisk),
    mustHaveMemory(facts),
  ];
}

export const pass = (name: string, sentence: string): Check => ({ name, outcome: "pass", sentence });
export const warn = (name: string, sentence: string, fix: string): Check => ({
  name,
  outcome: "warn",
  sentence,
  fix,
});
export const fail = (name: string, sentence: string, fix: string): Check => ({
  name,
  outcome: "fail",
  sentence,
  fix,
});

function mustBeLinuxRoot({ isLinux, isRoot }: Facts): Check {
  const name = "must run as root on Linux";
  if (!isLinux) return fail(name, "This is not Linux.", "use a Linux machine, or the target kubernetes");
  return isRoot
    ? pass(name, "It does.")
    : fail(name, "The local node needs root for containers and networks.", "run the command with sudo");
}

function mustHavePrograms({ missingPrograms }: Facts): Check {
  const name = "must have the basic programs of a server";
  return missingPrograms.length === 0
    ? pass(name, "They are there.")
    : fail(name, `Missing: ${missingPrograms.join(", ")}.`, "apt-get install iproute2 util-linux mount");
}

const mustRunTools = ({ toolsRun }: Facts): Check =>
  mustBeAble(
    "run programs from the kit's cache",
    toolsRun,
    "Its file system is mounted noexec.",
    "set XDG_CACHE_HOME to a folder on another one",
  );

const mustHaveOverlay = ({ overlayWorks }: Facts): Check =>
  mustBeAble(
    "mount overlay file systems",
    overlayWorks,
    "The kernel or the file system of /var/lib refuses it.",
    "modprobe overlay; inside a container, put /var/lib/dexie-cloud-kit on a volume",
  );

const mustHaveLinks = ({ linksWork }: Facts): Check =>
  mustBeAble(
    "make bridges and virtual links",
    linksWork,
    "The kernel refuses it.",
    "modprobe -a bridge veth; a container needs more privileges",
  );

const mustHaveQueues = ({ queuesWork }: Facts): Check =>
  mustBeAble(
    "queue packets, for NetworkPolicies",
    queuesWork,
    "The kernel has no nfnetlink_queue.",
    otherKernel,
  );

const mustFilterBridges = ({ bridgeFilterWorks }: Facts): Check =>
  mustBeAble("filter what passes bridges", bridgeFilterWorks, "The kernel has no br_netfilter.", otherKernel);

const mustChangeSettings = ({ settingsWritable }: Facts): Check =>
  mustBeAble(
    "change kernel settings",
    settingsWritable,
    "/proc/sys cannot be written.",
    "a container needs more privileges, or use the machine itself",
  );

const otherKernel = "install the kernel's extra modules, or use another kernel";

function mustBeAble(work: string, works: boolean, lack: string, fix: string): Check {
  const name = `must be able to ${work}`;
  return works ? pass(name, "It can.") : fail(name, lack, fix);
}

function mustLetPodsThrough({ hasFirewalld }: Facts, { podRange }: Needs): Check {
  const name = "must let pods through its firewall";
  return hasFirewalld
    ? warn(
        name,
        "firewalld runs, and may keep pods from each other.",
        `firewall-cmd --zone=trusted --add-source=${podRange}, until firewalld is reloaded`,
      )
    : pass(name, "No firewall is seen that the node cannot open for them.");
}

function mustHaveDebian({ toAssemble, noDebian }: Facts): Check {
  const name = "must reach Debian packages for what is to be assembled from them";
  if (toAssemble.length === 0) return pass(name, "Nothing is.");
  return noDebian === undefined
    ? pass(name, `It has a mirror of Debian for ${toAssemble.join(", ")}.`)
    : fail(
        name,
        `${noDebian}; still to be assembled: ${toAssemble.join(", ")}.`,
        "use Debian, or give apt a source of Debian: see Tools in docs/when-something-breaks.md",
      );
}

function mustHaveControllers({ controllers }: Facts): Check {
  const name = "must be able to limit memory, processors and processes";
  const missing = neededControllers.filter((controller) => !controllers.includes(controller));
  return missing.length === 0
    ? pass(name, "It can.")
    : fail(
        name,
        `Control groups lack: ${missing.join(", ")}.`,
        "enable them on the kernel's command line (cgroup_enable=memory) and reboot",
      );
}

function mustBeOnlyKubernetes({ hasForeignKubernetes, foreignCheckout }: Facts): Check {
  const name = "must be the only Kubernetes node of the machine";
  if (foreignCheckout !== undefined) {
    return fail(
      name,
      `A local node of another checkout runs: ${foreignCheckout}.`,
      `cd ${foreignCheckout} && ./kit local stop`,
    );
  }
  return hasForeignKubernetes
    ? fail(
        name,
        "Another Kubernetes runs here, or was left by one.",
        "use that cluster (target kubernetes), or remove it and what it left; a reboot clears control groups and rules",
      )
    : pass(name, "No other is seen.");
}

function mustHaveFreePorts({ listeners, nodeRuns }: Facts, { ports }: Needs): Check {
  const name = "must have the ports of the node free";
  if (nodeRuns) return pass(name, "The local node runs and has them.");
  const taken = ports.filter(({ address, port }) =>
    listeners.some((other) => other.port === port && ["0.0.0.0", "::", address].includes(other.address)),
  );
  return taken.length === 0
    ? pass(name, "They are.")
    : fail(
        name,
        `Taken: ${taken.map(({ port, part }) => `${port} (for ${part})`).join(", ")}.`,
        `see who has them: ss -ltnp | grep -E ':(${taken.map(({ port }) => port).join("|")}) '`,
      );
}

function mustHaveFreeRanges({ routes, nodeRuns }: Facts, { ranges }: Needs): Check {
  const name = "must not use the node's address ranges for something else";
  const taken = nodeRuns ? [] : routes.filter((route) => ranges.some((range) => overlaps(route, range)));
  const same = taken.filter((route) => ranges.some((range) => isSame(route, range)));
  if (same.length > 0) {
    return fail(
      name,
      `A route leads to ${same.join(", ")}, which the node would take over.`,
      "remove the route, or use the target kubernetes",
    );
  }
  return taken.length === 0
    ? pass(name, "It does not.")
    : warn(
        name,
        `Routes lead to ${taken.join(", ")}; hosts in ${ranges.join(", ")} cannot be reached while the node runs.`,
        "go on if there are no such hosts, else use the target kubernetes",
      );
}

function mustHaveDisk({ folder, freeBytes, lacks }: FreeSpace): Check {
  const least = leastDisk[lacks ?? "nothing"];
  const name = `must have ${least / gib} GiB of disk for ${folder}`;
  const sentence = `${inGib(freeBytes)} GiB are free.`;
  return freeBytes >= least ? pass(name, sentence) : fail(name, sentence, "free or add disk space");
}

function mustHaveMemory({ memoryBytes, availableMemoryBytes }: Facts): Check {
  const name = `must have ${leastMemory / gib} GiB of memory`;
  const sentence = `${inGib(memoryBytes)} GiB, of which ${inGib(availableMemoryBytes)} are available.`;
  // What the kernel keeps for itself is not counted by it.
  if (memoryBytes < leastMemory * 0.93) return fail(name, sentence, "use a larger machine");
  return availableMemoryBytes < leastAvailable
    ? warn(name, sentence, "end other programs")
    : pass(name, sentence);
}

/** Judges the plugins of Pulumi by those that stand in for official ones. */
export function judgePlugins(standIns: readonly Pick<PluginUse, "name" | "version">[]): Check {
  const name = "must use Pulumi's official plugins";
  return standIns.length === 0
    ? pass(name, "It does.")
    : warn(
        name,
        `The kit's own stand-ins are used for ${standIns.map(({ name }) => name).join(", ")}.`,
        `fine for trying out; for production: ${officialInstead(standIns)}`,
      );
}

const inGib = (bytes: number): string => (bytes / gib).toFixed(1);
