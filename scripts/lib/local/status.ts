import { existsSync } from "node:fs";
import { readAccess } from "./api.ts";
import { daemonNames } from "./daemons.ts";
import { readHostRecord } from "./host-record.ts";
import { contextName, home, kubeconfigPath } from "./layout.ts";
import { readOwner } from "./owner.ts";
import { bootId, running } from "./processes.ts";
import { dnsAnswers, nodeIsReady, podsMayPass, policiesAreEnforced } from "./readiness.ts";
import { root } from "../paths.ts";
import { lostDaemons } from "./strays.ts";
import { isParked } from "./takeover.ts";
import { presentTool } from "../tools/index.ts";

export interface PartStatus {
  readonly name: string;
  readonly pid: number | undefined;
}

/** What the machine's local node does. */
export interface NodeStatus {
  /**
   * `absent`: there is none; `stopped`: only its data; `parked`: the same, put aside by the node of another checkout;
   * `ready`; `degraded`: something of it does not work, or all of it was killed and has left things behind.
   */
  readonly state: "absent" | "stopped" | "parked" | "ready" | "degraded";
  /** The checkout it belongs to. */
  readonly checkout: string | undefined;
  readonly kubeconfig: string;
  readonly context: string;
  readonly parts: readonly PartStatus[];
  readonly nodeReady: boolean;
  readonly dnsAnswers: boolean;
  readonly policiesEnforced: boolean;
  /** Whether the machine's firewall lets pods through. */
  readonly podsMayPass: boolean;
}

/** What of the node is there without any of its programs. */
export interface Traces {
  readonly dataExists: boolean;
  readonly isParked: boolean;
  readonly hostIsChanged: boolean;
}

/** Judges the node by what is there and what answers. */
export function stateOf(
  { dataExists, isParked, hostIsChanged }: Traces,
  parts: readonly PartStatus[],
  answers: Pick<NodeStatus, "nodeReady" | "dnsAnswers" | "policiesEnforced" | "podsMayPass">,
): NodeStatus["state"] {
  if (parts.every(({ pid }) => pid === undefined)) {
    if (hostIsChanged) return "degraded";
    if (isParked) return "parked";
    return dataExists ? "stopped" : "absent";
  }
  const allRun = parts.every(({ pid }) => pid !== undefined);
  return allRun && Object.values(answers).every(Boolean) ? "ready" : "degraded";
}

/** Looks at the node, without changing anything. */
export async function lookAtNode(): Promise<NodeStatus> {
  const parts = await Promise.all(
    daemonNames.map(async (name): Promise<PartStatus> => ({ name, pid: (await running(name))?.pid })),
  );
  const live = parts.some(({ pid }) => pid !== undefined);
  const answers = {
    nodeReady: live && (await isReadyNow()),
    dnsAnswers: live && (await dnsAnswers()),
    policiesEnforced: live && (await withIptables(policiesAreEnforced)),
    podsMayPass: live && (await withIptables(podsMayPass)),
  };
  const traces = {
    dataExists: existsSync(home),
    isParked: await isParked(),
    hostIsChanged: await hostIsChanged(),
  };
  const state = stateOf(traces, parts, answers);
  return {
    state,
    checkout: state === "parked" ? root : (await readOwner())?.checkout,
    kubeconfig: kubeconfigPath,
    context: contextName,
    parts,
    ...answers,
  };
}

/** A reboot takes every change of the host back. */
async function hostIsChanged(): Promise<boolean> {
  return (await readHostRecord())?.boot === (await bootId()) || (await lostDaemons()).length > 0;
}

/** Without its firewall program, such as with an emptied cache, nobody can tell. */
async function withIptables(check: (iptables: string) => Promise<boolean>): Promise<boolean> {
  const iptables = await presentTool("iptables");
  return iptables !== undefined && check(iptables);
}

const freshMs = 30_000;

async function isReadyNow(): Promise<boolean> {
  const access = await readAccess(kubeconfigPath).catch(() => undefined);
  return access !== undefined && nodeIsReady(access, Date.now() - freshMs);
}
