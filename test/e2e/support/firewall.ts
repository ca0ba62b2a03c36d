import { parseTables } from "../../../scripts/lib/local/firewall.ts";
import { changeFirewall, savedFirewall } from "../../../scripts/lib/local/host-state.ts";
import { tool } from "../../../scripts/lib/tools/index.ts";

/** Removes the ways into the node's chains, as who empties the firewall. Rules of others are left alone. */
export async function loseFirewall(): Promise<void> {
  const iptables = await tool("iptables");
  const tables = parseTables(await savedFirewall(iptables, "iptables")).map(({ name, rules }) => {
    const ways = rules.filter((rule) => /^-A [A-Z]+ (.* )?-j (KUBE|KIT)-/.test(rule));
    return [`*${name}`, ...ways.map((rule) => rule.replace("-A", "-D")), "COMMIT\n"].join("\n");
  });
  await changeFirewall(iptables, "iptables", tables.join(""));
}
