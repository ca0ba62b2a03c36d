import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { $ } from "zx";
import { outsideScript, passScript, policyScript } from "./firewall.ts";
import { changeFirewall, savedFirewall, sysctlFile } from "./host-state.ts";
import { network, node } from "./layout.ts";

const quiet = $({ quiet: true });

const neededSysctls = {
  "net/ipv4/ip_forward": "1",
  "net/ipv4/conf/all/route_localnet": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
};

/** Gives the machine the node's address, routes and firewall chains. Does nothing that is done already. */
export async function raiseHostNetwork(iptables: string): Promise<void> {
  if (!existsSync(sysctlFile("net/bridge")))
    await $({ quiet: true, nothrow: true })`modprobe -a br_netfilter overlay`;
  if (!existsSync(`/sys/class/net/${node.link}`)) await quiet`ip link add ${node.link} type bridge`;
  await quiet`ip address replace ${node.address}/32 dev ${node.link}`;
  await quiet`ip link set ${node.link} up`;
  // Services never leave by the default route, and neither does what is sent to a pod that is no more.
  await quiet`ip route replace ${network.services} dev ${node.link} src ${node.address}`;
  await quiet`ip route replace unreachable ${network.pods} metric 4096`;
  for (const [name, value] of Object.entries(neededSysctls)) await writeFile(sysctlFile(name), value);
  const saved = await savedFirewall(iptables, "iptables");
  // Nothing may pass before the NetworkPolicies are asked.
  await changeFirewall(iptables, "iptables", policyScript(saved));
  await changeFirewall(iptables, "iptables", passScript(saved));
  await changeFirewall(iptables, "iptables", outsideScript(saved));
}
