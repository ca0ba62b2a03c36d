import { describe, expect, it } from "vitest";
import { judgeMachine, judgePlugins, type Facts, type FreeSpace, type Needs } from "./checks.ts";
import { preflightError } from "./index.ts";

const gib = 1024 ** 3;

const good: Facts = {
  isLinux: true,
  isRoot: true,
  missingPrograms: [],
  toolsRun: true,
  overlayWorks: true,
  linksWork: true,
  queuesWork: true,
  bridgeFilterWorks: true,
  settingsWritable: true,
  hasFirewalld: false,
  toAssemble: ["containerd"],
  noDebian: undefined,
  controllers: ["cpu", "memory", "pids", "io"],
  listeners: [{ address: "0.0.0.0", port: 22 }],
  routes: ["192.0.2.0/24"],
  hasForeignKubernetes: false,
  nodeRuns: false,
  foreignCheckout: undefined,
  folders: [{ folder: "/var/lib/kit", freeBytes: 40 * gib, lacks: "tools" }],
  memoryBytes: 8 * gib,
  availableMemoryBytes: 6 * gib,
};

const needs: Needs = {
  ports: [{ address: "127.0.0.1", port: 2379, part: "etcd" }],
  ranges: ["10.244.0.0/16"],
  podRange: "10.244.0.0/16",
};

const disk = (freeBytes: number, lacks: FreeSpace["lacks"]): Partial<Facts> => ({
  folders: [{ folder: "/var/lib/kit", freeBytes, lacks }],
});

const faults: readonly [string, Partial<Facts>, "warn" | "fail", string][] = [
  ["not Linux", { isLinux: false }, "fail", "This is not Linux."],
  ["not root", { isRoot: false }, "fail", "The local node needs root for containers and networks."],
  ["no ip", { missingPrograms: ["ip"] }, "fail", "Missing: ip."],
  ["a cache that is mounted noexec", { toolsRun: false }, "fail", "Its file system is mounted noexec."],
  ["no overlay", { overlayWorks: false }, "fail", "The kernel or the file system of /var/lib refuses it."],
  ["no bridges", { linksWork: false }, "fail", "The kernel refuses it."],
  ["no queues", { queuesWork: false }, "fail", "The kernel has no nfnetlink_queue."],
  ["no br_netfilter", { bridgeFilterWorks: false }, "fail", "The kernel has no br_netfilter."],
  ["a read-only /proc/sys", { settingsWritable: false }, "fail", "/proc/sys cannot be written."],
  ["firewalld", { hasFirewalld: true }, "warn", "firewalld runs, and may keep pods from each other."],
  ["no apt", { noDebian: "There is no apt" }, "fail", "There is no apt; still to be assembled: containerd."],
  ["no memory controller", { controllers: ["cpu", "pids"] }, "fail", "Control groups lack: memory."],
  [
    "another cluster",
    { hasForeignKubernetes: true },
    "fail",
    "Another Kubernetes runs here, or was left by one.",
  ],
  [
    "another checkout's node",
    { foreignCheckout: "/srv/kit", nodeRuns: true },
    "fail",
    "A local node of another checkout runs: /srv/kit.",
  ],
  ["a taken port", { listeners: [{ address: "127.0.0.1", port: 2379 }] }, "fail", "Taken: 2379 (for etcd)."],
  ["a port taken on all", { listeners: [{ address: "::", port: 2379 }] }, "fail", "Taken: 2379 (for etcd)."],
  [
    "a route into the pods' range",
    { routes: ["10.0.0.0/8"] },
    "warn",
    "Routes lead to 10.0.0.0/8; hosts in 10.244.0.0/16 cannot be reached while the node runs.",
  ],
  [
    "a route of its own for the pods' range",
    { routes: ["10.244.0.0/16"] },
    "fail",
    "A route leads to 10.244.0.0/16, which the node would take over.",
  ],
  ["little disk for the tools", disk(15 * gib, "tools"), "fail", "15.0 GiB are free."],
  ["little disk for images", disk(3 * gib, "images"), "fail", "3.0 GiB are free."],
  ["little disk for the node", disk(3 * gib, "node"), "fail", "3.0 GiB are free."],
  ["a full disk", disk(1.9 * gib, undefined), "fail", "1.9 GiB are free."],
  [
    "little memory",
    { memoryBytes: 2 * gib, availableMemoryBytes: gib },
    "fail",
    "2.0 GiB, of which 1.0 are available.",
  ],
  ["memory in use", { availableMemoryBytes: gib }, "warn", "8.0 GiB, of which 1.0 are available."],
];

const problems = (facts: Facts) => judgeMachine(facts, needs).filter(({ outcome }) => outcome !== "pass");

describe("a machine", () => {
  it("that has everything passes", () => {
    expect(problems(good)).toEqual([]);
  });

  it.each(faults)("with %s does not", (_, change, outcome, sentence) => {
    const found = problems({ ...good, ...change });
    expect(found).toMatchObject([{ outcome, sentence }]);
    expect(found[0]?.fix).toMatch(/./);
  });

  it.each([
    ["a port of another address", { listeners: [{ address: "192.0.2.2", port: 2379 }] }],
    ["ports of its own node", { nodeRuns: true, listeners: [{ address: "127.0.0.1", port: 2379 }] }],
    ["routes of its own node", { nodeRuns: true, routes: ["10.244.0.0/24"] }],
    ["little disk, but all that it is for there", disk(3 * gib, undefined)],
    ["too little disk for tools, but nothing to build except images", disk(5 * gib, "images")],
    ["no apt, but nothing to assemble", { toAssemble: [], noDebian: "There is no apt" }],
    ["4 GiB less what the kernel keeps", { memoryBytes: 3.8 * gib, availableMemoryBytes: 3 * gib }],
  ])("with %s passes", (_, change) => {
    expect(problems({ ...good, ...change })).toEqual([]);
  });
});

describe("the outcome of all checks", () => {
  const warning = judgePlugins([{ name: "pulumi-language-nodejs", version: "3.259.0" }]);
  const failure = judgeMachine({ ...good, isRoot: false }, needs);

  it.each([
    ["nothing", judgeMachine(good, needs), true, undefined],
    ["a warning", [warning], false, undefined],
    ["a warning, strictly", [warning], true, "preflightWarnings"],
    ["a failure", failure, false, "preflight"],
    ["a failure and a warning, strictly", [...failure, warning], true, "preflight"],
  ])("of %s", (_, checks, strict, exit) => {
    expect(preflightError("this machine", checks, strict)?.exit).toBe(exit);
  });
});
