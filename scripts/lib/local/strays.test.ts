import { describe, expect, it } from "vitest";
import { strayKind, type ProcessView } from "./strays.ts";

const shim = "/usr/bin/containerd-shim-runc-v2";
const socket = "/run/dexie-cloud-kit/containerd.sock";

const conf = "/var/lib/dexie-cloud-kit/local/conf";

const view = (command: string, group: string): ProcessView => {
  return { command: command.split(" "), groups: [`4:memory:${group}`, "0::/"] };
};

const cases: readonly [string, ProcessView, string | undefined, string | undefined][] = [
  ["its supervisor", view(`${shim} -namespace k8s.io -address ${socket}`, "/"), "supervisor", "supervisor"],
  [
    "another's supervisor",
    view(`${shim} -address /run/containerd/containerd.sock`, "/"),
    undefined,
    undefined,
  ],
  [
    "its etcd",
    view("/tools/etcd --name a --data-dir /var/lib/dexie-cloud-kit/local/etcd", "/"),
    "daemon",
    "daemon",
  ],
  ["another's etcd", view("/usr/bin/etcd --data-dir /var/lib/etcd", "/"), undefined, undefined],
  ["its kubelet", view(`/tools/hyperkube kubelet --config ${conf}/kubelet.yaml`, "/"), "daemon", "daemon"],
  [
    "one that asks its API",
    view(`/tools/hyperkube kubectl --kubeconfig ${conf}/a`, "/"),
    undefined,
    undefined,
  ],
  ["one that reads its files", view(`grep kubelet ${conf}/kubelet.yaml`, "/"), undefined, undefined],
  ["one that looks at its socket", view(`ctr -address ${socket}`, "/"), undefined, undefined],
  ["one in a pod", view("postgres -D /data", "/kubepods/burstable/pod1/2"), "contained", undefined],
  ["one in a pod of a cluster of systemd", view("nginx", "/kubepods.slice/pod1"), undefined, undefined],
  ["any other", view("sshd", "/user/kubepods"), undefined, undefined],
];

describe("a process", () => {
  it.each(cases)("%s", (_, process, whereGroupsAreOwn, elsewhere) => {
    expect(strayKind(process, true)).toBe(whereGroupsAreOwn);
    expect(strayKind(process, false)).toBe(elsewhere);
  });
});
