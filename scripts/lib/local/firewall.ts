import { network, node, outsideChain, passChains, policyChain, policyQueue } from "./layout.ts";

/**
 * Rules of one table and the chains that someone made, as `iptables-save` prints them. Chains of the kernel's own
 * are not listed: they appear with the first look at a table, and do nothing.
 */
export interface Table {
  readonly name: string;
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}

/** Reads the output of `iptables-save`. */
export function parseTables(saved: string): Table[] {
  const tables: { name: string; chains: string[]; rules: string[] }[] = [];
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) tables.push({ name: line.slice(1), chains: [], rules: [] });
    else if (/^:\S+ - /.test(line)) tables.at(-1)?.chains.push(line.slice(1).split(" ")[0] ?? "");
    else if (line.startsWith("-A ")) tables.at(-1)?.rules.push(line);
  }
  return tables;
}

/**
 * Input for `iptables-restore --noflush` that hands every new connection from or to a pod to the queue of the
 * NetworkPolicies. `saved` is what the table mangle holds: it is asked before the rules of the table filter, which
 * still refuse what is sent to a Service without pods. Without a program that takes the queue all of it is dropped.
 */
export function policyScript(saved: string): string {
  const isNew = `-m conntrack --ctstate NEW`;
  const decide = `-j NFQUEUE --queue-num ${policyQueue}`;
  const lines = [
    "*mangle",
    `:${policyChain} - [0:0]`,
    // Two questions of one socket at once, as resolvers send them, can lose one in a queue of an older kernel.
    `-A ${policyChain} -p udp -m conntrack --ctorigdst ${network.dns} --ctorigdstport 53 -j RETURN`,
    `-A ${policyChain} -d ${network.services} -j RETURN`,
    `-A ${policyChain} -s ${network.pods} ${isNew} ${decide}`,
    `-A ${policyChain} -d ${network.pods} ${isNew} ${decide}`,
    ...missingPolicyWays(saved),
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}

/** The rules that lead into the chain of the NetworkPolicies and are not in the table mangle. */
export function missingPolicyWays(saved: string): string[] {
  return missingRules(saved, "mangle", ["INPUT", "FORWARD"], () => policyChain);
}

/**
 * Input for `iptables-restore --noflush` that lets through what pods send, once the table mangle has decided on it:
 * to each other, to the outside and to this machine's address of the node, with the answers. They come before the
 * rules of other programs. What is sent to a Service without pods is left to kube-proxy, which refuses it.
 */
export function passScript(saved: string): string {
  const { INPUT, FORWARD } = passChains;
  const isValid = "-m conntrack --ctstate NEW,RELATED,ESTABLISHED";
  const isAnswer = "-m conntrack --ctstate RELATED,ESTABLISHED";
  const lines = [
    "*filter",
    `:${INPUT} - [0:0]`,
    `:${FORWARD} - [0:0]`,
    `-A ${INPUT} -s ${network.pods} -d ${node.address} ${isValid} -j ACCEPT`,
    `-A ${INPUT} -s ${network.pods} ${isAnswer} -j ACCEPT`,
    `-A ${FORWARD} -d ${network.services} -j RETURN`,
    `-A ${FORWARD} -s ${network.pods} ${isValid} -j ACCEPT`,
    `-A ${FORWARD} -d ${network.pods} ${isAnswer} -j ACCEPT`,
    ...missingPassWays(saved).map((rule) => rule.replace(/^-A (\w+)/, "-I $1 1")),
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}

/** The rules that lead into the chains of passing pods and are not in the table filter. */
export function missingPassWays(saved: string): string[] {
  return missingRules(saved, "filter", ["INPUT", "FORWARD"], (hook) => passChains[hook]);
}

/**
 * Input for `iptables-restore --noflush` that has pods speak to the outside by the machine's own address. The plugin of
 * the pods' network would do so for each pod when it comes, and never again when another program emptied the table.
 */
export function outsideScript(saved: string): string {
  const lines = [
    "*nat",
    `:${outsideChain} - [0:0]`,
    `-A ${outsideChain} -s ${network.pods} ! -d ${network.pods} -j MASQUERADE`,
    ...missingOutsideWays(saved),
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}

/** The rule that leads into the chain of what pods send to the outside, when it is not in the table nat. */
export function missingOutsideWays(saved: string): string[] {
  return missingRules(saved, "nat", ["POSTROUTING"], () => outsideChain);
}

function missingRules<Hook extends string>(
  saved: string,
  table: string,
  hooks: readonly Hook[],
  chainOf: (hook: Hook) => string,
): string[] {
  const present = parseTables(saved).find(({ name }) => name === table)?.rules;
  return hooks.map((hook) => `-A ${hook} -j ${chainOf(hook)}`).filter((wanted) => !present?.includes(wanted));
}

/** Whether the rules of kube-proxy are there. It sees when its chains are gone, but not when they were emptied. */
export function servicesAreServed(saved: string): boolean {
  const tables = parseTables(saved);
  const leads = (table: string, way: RegExp) =>
    tables.some(({ name, rules }) => name === table && rules.some((rule) => way.test(rule)));
  return (
    leads("nat", /^-A PREROUTING .*-j KUBE-SERVICES$/) && leads("filter", /^-A FORWARD .*-j KUBE-FORWARD$/)
  );
}

/** Whose chains count as the node's own: its own alone, or those of Kubernetes too when no other one runs here. */
export type Extent = "node" | "node and Kubernetes";

/** The chains of a table that the node or its pod network made, and those of its Kubernetes. */
export function ownChains(table: Table, networkName: string, extent: Extent): string[] {
  const ofNetwork = table.rules
    .filter((rule) => rule.includes(`name: \\"${networkName}\\"`))
    .map((rule) => /-j (CNI-[0-9a-f]+)/.exec(rule)?.[1] ?? "");
  const named = extent === "node" ? /^KIT-/ : /^(KUBE|KIT)-/;
  return table.chains.filter((chain) => named.test(chain) || ofNetwork.includes(chain));
}

/**
 * Input for `iptables-restore --noflush` that removes what is the node's own: first the rules that lead into its
 * chains, then the chains. Empty when there is nothing to do.
 */
export function removalScript(tables: readonly Table[], networkName: string, extent: Extent): string {
  return tables.map((table) => removalFromTable(table, networkName, extent)).join("");
}

function removalFromTable(table: Table, networkName: string, extent: Extent): string {
  const chains = ownChains(table, networkName, extent);
  if (chains.length === 0) return "";
  const own = new Set(chains);
  const leadsIn = (rule: string) => own.has(/ -[jg] (\S+)/.exec(rule)?.[1] ?? "");
  const isIn = (rule: string) => own.has(rule.split(" ")[1] ?? "");
  const lines = [
    `*${table.name}`,
    ...table.rules.filter((rule) => leadsIn(rule) && !isIn(rule)).map((rule) => rule.replace("-A", "-D")),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    "COMMIT",
  ];
  return `${lines.join("\n")}\n`;
}
