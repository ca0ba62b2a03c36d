import { Command } from "commander";
import Table from "cli-table3";
import { confirmByName } from "../lib/confirm.ts";
import {
  destroyNode,
  kubeconfigPath,
  node,
  nodeStatus,
  startNode,
  stopNode,
  type NodeStatus,
} from "../lib/local/index.ts";
import { outputOption, yesOption } from "../lib/options.ts";
import { jsonResult, Phases, result } from "../lib/say.ts";
import { clusterOf } from "../lib/stack/cluster.ts";
import { stacksMeantForNode, stacksOn } from "../lib/stack/on-node.ts";

/** `kit local start|stop|status|destroy` */
export function command(): Command {
  const local = new Command("local");
  local.command("start").description("start it, or what of it is down").action(start);
  local.command("stop").description("stop it and keep its data").action(stop);
  local.command("status").description("show what of it runs").addOption(outputOption).action(status);
  local
    .command("destroy")
    .description("stop it and delete all of it, with the stacks on it")
    .addOption(yesOption)
    .action(destroy);
  return local;
}

async function start(): Promise<void> {
  await new Phases(1).run("start the local node", startNode);
  result(nodeText(await nodeStatus()));
}

async function stop(): Promise<void> {
  await new Phases(1).run("stop the local node", stopNode);
  result("The local node is stopped. The machine is as it was; the node's data is kept.");
}

async function destroy({ yes }: { readonly yes?: true }): Promise<void> {
  const { state } = await nodeStatus();
  if (!yes && state !== "absent") {
    const asked = {
      warning: `The local node ${node.name} goes, with every stack on it: databases, backups and their wrapped data keys.\n${await lossText(state)}`,
      what: "the destruction of the local node",
    };
    await confirmByName(node.name, asked, "local node");
  }
  const others = await new Phases(1).run("destroy the local node", destroyNode);
  const kept = others.map(
    ({ owner, place }) =>
      `The stopped node of ${owner.checkout} stays. If nobody needs its data: rm -rf ${place}`,
  );
  result(["The local node is gone. Nothing of it is left on this machine.", ...kept].join("\n"));
}

/** Which stacks go. A node that does not run cannot be asked. */
async function lossText(state: NodeStatus["state"]): Promise<string> {
  const list = (stacks: readonly string[]) => stacks.join(", ") || "none";
  if (state === "ready" || state === "degraded") {
    const cluster = await clusterOf(node.name, { kind: "local", kubeconfig: kubeconfigPath });
    const stacks = await stacksOn(cluster).catch(() => undefined);
    if (stacks) return `Stacks on it: ${list(stacks)}.`;
  }
  return `It does not answer, so nobody can say which are on it. Stacks of this checkout that are meant for it: ${list(await stacksMeantForNode())}.`;
}

async function status({ output }: { readonly output: string }): Promise<void> {
  const found = await nodeStatus();
  if (output === "json") jsonResult("local-status", found);
  else result(nodeText(found));
}

function nodeText(status: NodeStatus): string {
  const { state, checkout, kubeconfig, context, parts } = status;
  const summary = `local node: ${state}${checkout === undefined ? "" : `, of ${checkout}`}`;
  if (state === "absent" || state === "stopped" || state === "parked") return `${summary}\n`;
  const table = new Table({ head: ["part", "process"], style: { head: [], border: [] } });
  for (const { name, pid } of parts) table.push([name, pid ?? "ended"]);
  const way = `KUBECONFIG=${kubeconfig} kubectl --context ${context} get pods --all-namespaces`;
  const faults = faultsOf(status);
  const fix = faults.length === 0 ? "" : `not right: ${faults.join(", ")}; next: ./kit local start\n`;
  return `${summary}\n${table.toString()}\n${fix}look inside: ${way}\n`;
}

const faultsOf = ({ parts, nodeReady, dnsAnswers, policiesEnforced, podsMayPass }: NodeStatus): string[] => [
  ...parts.filter(({ pid }) => pid === undefined).map(({ name }) => `${name} has ended`),
  ...(nodeReady ? [] : ["the node is not ready"]),
  ...(dnsAnswers ? [] : ["cluster DNS does not answer"]),
  ...(policiesEnforced ? [] : ["NetworkPolicies are not enforced"]),
  ...(podsMayPass ? [] : ["the machine's firewall may keep pods from each other, or from the outside"]),
];
