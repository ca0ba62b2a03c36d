import { describe, expect, it } from "vitest";
import type { HostState } from "./host-state.ts";
import { differences, recordToKeep } from "./leftovers.ts";

const before: HostState = {
  boot: "first",
  links: ["eth0", "lo"],
  routes: ["default via 192.0.2.1 dev eth0"],
  mounts: ["/", "/proc"],
  firewall: ["iptables nat chain PREROUTING"],
  cgroups: ["/sys/fs/cgroup/memory/user"],
  folders: ["/var/lib/cni"],
  sysctls: { "net/ipv4/ip_forward": "0", "kernel/panic": "0" },
};

const own: readonly [string, Partial<HostState>, string][] = [
  ["its link", { links: ["eth0", "lo", "kit-pods"] }, "link kit-pods"],
  ["a pod's link", { links: ["eth0", "lo", "veth0a1b2c3d"] }, "link veth0a1b2c3d"],
  [
    "a route",
    { routes: ["unreachable 10.244.0.0/16 metric 4096"] },
    "route unreachable 10.244.0.0/16 metric 4096",
  ],
  [
    "a route to its link",
    { routes: ["10.96.0.0/16 dev kit-node scope link"] },
    "route 10.96.0.0/16 dev kit-node scope link",
  ],
  ["a mount", { mounts: ["/run/dexie-cloud-kit/containerd/x"] }, "mount /run/dexie-cloud-kit/containerd/x"],
  ["a chain", { firewall: ["ip6tables mangle chain KUBE-X"] }, "firewall ip6tables mangle chain KUBE-X"],
  [
    "its own chain",
    { firewall: ["iptables mangle chain KIT-POLICIES"] },
    "firewall iptables mangle chain KIT-POLICIES",
  ],
  ["a group", { cgroups: ["/sys/fs/cgroup/cpu/kubepods"] }, "control group /sys/fs/cgroup/cpu/kubepods"],
  [
    "a kernel setting of a module that was not loaded",
    { sysctls: { ...before.sysctls, "net/bridge/bridge-nf-call-iptables": "1" } },
    "kernel setting net/bridge/bridge-nf-call-iptables is 1, was not there",
  ],
  [
    "a kernel setting",
    { sysctls: { "net/ipv4/ip_forward": "1" } },
    "kernel setting net/ipv4/ip_forward is 1, was 0",
  ],
];

const foreign: readonly [string, Partial<HostState>, string][] = [
  ["a link", { links: ["eth0", "lo", "tun0"] }, "link tun0"],
  [
    "a container's link",
    { links: ["eth0", "lo", "veth0a1b2c3d of podman0"] },
    "link veth0a1b2c3d of podman0",
  ],
  [
    "another network's chain",
    { firewall: ["iptables nat chain CNI-0a1b"] },
    "firewall iptables nat chain CNI-0a1b",
  ],
  ["a route", { routes: ["10.8.0.0/24 dev tun0"] }, "route 10.8.0.0/24 dev tun0"],
  ["a mount", { mounts: ["/", "/mnt/disk"] }, "mount /mnt/disk"],
  ["a chain", { firewall: ["iptables nat chain DOCKER"] }, "firewall iptables nat chain DOCKER"],
  ["a folder", { folders: ["/var/lib/cni", "/var/lib/kubelet"] }, "folder /var/lib/kubelet"],
  ["a group", { cgroups: ["/sys/fs/cgroup/cpu/docker"] }, "control group /sys/fs/cgroup/cpu/docker"],
];

describe("after the end of the node", () => {
  it.each(own)("%s that stays is named", (_, change, named) => {
    expect(differences(before, { ...before, ...change })).toEqual({ own: [named], foreign: [], kept: [] });
  });

  it.each(foreign)("%s of someone else is told apart", (_, change, named) => {
    expect(differences(before, { ...before, ...change })).toEqual({ own: [], foreign: [named], kept: [] });
  });

  it("what has packets passed on stays, once others made links that may need it", () => {
    const sysctls = {
      "net/ipv4/ip_forward": "1",
      "net/ipv4/conf/eth0/forwarding": "1",
      "net/bridge/bridge-nf-call-iptables": "1",
      "kernel/panic": "10",
    };
    const was = { ...before, sysctls: { ...before.sysctls, "net/ipv4/conf/eth0/forwarding": "0" } };
    expect(differences(was, { ...was, sysctls, links: [...was.links, "docker0"] })).toEqual({
      own: ["kernel setting kernel/panic is 10, was 0"],
      foreign: ["link docker0"],
      kept: [
        "kernel setting net/ipv4/ip_forward is 1, was 0",
        "kernel setting net/bridge/bridge-nf-call-iptables is 1, was not there",
      ],
    });
  });

  it("what others removed meanwhile is no leftover", () => {
    const now = { ...before, links: [], routes: [], mounts: [], sysctls: { "net/bridge/x": "0" } };
    expect(differences(before, now)).toEqual({ own: [], foreign: [], kept: [] });
  });
});

describe("the record of the host", () => {
  const now = { ...before, links: ["eth0", "kit-node"], folders: ["/var/lib/cni", "/var/lib/kubelet"] };

  it.each([
    ["is made when there is none", undefined, now, now],
    ["is kept while the machine runs", before, now, before],
    [
      "after a reboot knows only the folders of before",
      before,
      { ...now, boot: "second" },
      { ...now, boot: "second", folders: before.folders },
    ],
  ])("%s", (_, kept, found, expected) => {
    expect(recordToKeep(kept, found)).toEqual(expected);
  });
});
