import { existsSync } from "node:fs";
import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import { presentTool, tool } from "../tools/index.ts";
import { run } from "../tools/run.ts";
import type { DaemonName } from "./daemons.ts";
import { forgetHost, readHostRecord } from "./host-record.ts";
import { hostState, type HostState } from "./host-state.ts";
import { endpoints, runDir } from "./layout.ts";
import { differences } from "./leftovers.ts";
import { bootId, halt, running } from "./processes.ts";
import { daemonsRun, strays } from "./strays.ts";
import { ownMounts, sweepHost } from "./sweep.ts";

const podGraceSeconds = 30;

/** Ends the node and takes back what it changed on the machine. Its data stays. Says so only after looking. */
export async function shutDown(phase: Phase): Promise<void> {
  const before = await readHostRecord();
  const kubernetesIsOwn = before?.boot === (await bootId()) || (await daemonsRun());
  // Before anything is ended: with an emptied cache and no network it cannot be had, and then nothing is half done.
  if (before || kubernetesIsOwn) await tool("iptables");
  if (kubernetesIsOwn && !before) phase.note(unknownBefore);
  await haltAll(10_000, "kubelet", "kube-scheduler", "kube-controller-manager", "local-provisioner");
  if (await running("containerd")) await endPods(phase);
  phase.waitingFor("the end of the node's programs");
  await haltAll(5_000, "kube-proxy", "network-policies", "kube-apiserver");
  await haltAll(10_000, "containerd", "etcd");
  phase.waitingFor("the host to be as it was");
  await sweepHost(before, kubernetesIsOwn);
  await checkHost(before, kubernetesIsOwn, phase);
  await forgetHost();
}

const unknownBefore =
  "nobody knows any more what the machine was like: kernel settings stay as they are until a reboot";

async function haltAll(graceMs: number, ...names: DaemonName[]): Promise<void> {
  await Promise.all(names.map((name) => halt(name, graceMs)));
}

/** Ends containers and pods over the container runtime, so that addresses and firewall rules go with them. */
async function endPods(phase: Phase): Promise<void> {
  const kubernetes = await runningKubernetes();
  if (kubernetes === undefined) {
    phase.note("pods have to be killed: no part of Kubernetes runs that could end them");
    return;
  }
  phase.waitingFor(`the end of all pods, at most ${podGraceSeconds} s`);
  const ended = await run(
    kubernetes,
    ["cri-down", "--endpoint", endpoints.containers, "--grace", String(podGraceSeconds)],
    // It takes another name for that of one of its parts.
    { argv0: "hyperkube", timeout: (podGraceSeconds + 30) * 1000 },
  );
  if (ended.exitCode !== 0) phase.note(`some pods have to be killed: ${ended.stderr.trim()}`);
}

/** The program of Kubernetes, from a part that still runs: the cache may have been emptied meanwhile. */
async function runningKubernetes(): Promise<string | undefined> {
  const record = (await running("kube-apiserver")) ?? (await running("kube-proxy"));
  return record ? `/proc/${record.pid}/exe` : presentTool("kubernetes");
}

const nothing = { own: [], foreign: [], kept: [] };

/** Looks whether anything of the node is left on the machine, and names it. */
async function checkHost(
  before: HostState | undefined,
  kubernetesIsOwn: boolean,
  phase: Phase,
): Promise<void> {
  const { own, foreign, kept } = before ? differences(before, await hostState()) : nothing;
  for (const change of foreign) phase.note(`changed meanwhile, but not by the node: ${change}`);
  for (const change of kept) phase.note(`left for the links that others made: ${change}`);
  const left = [...own, ...(await remains(kubernetesIsOwn))];
  if (left.length === 0) return;
  const named = left.length > 10 ? [...left.slice(0, 10), `${left.length - 10} more`] : left;
  throw new KitError("failed", `the node ended, but left something behind: ${named.join("; ")}`, {
    why: "it could not be removed; a program may still use it",
    next: "./kit local stop tries again; a reboot removes all but folders",
  });
}

async function remains(kubernetesIsOwn: boolean): Promise<string[]> {
  const processes = await strays(kubernetesIsOwn);
  return [
    ...processes.map(({ pid }) => `process ${pid}`),
    ...(await ownMounts()).map((path) => `mount ${path}`),
    ...(existsSync(runDir) ? [`folder ${runDir}`] : []),
  ];
}
