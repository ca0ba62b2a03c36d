import { readFile } from "node:fs/promises";
import { isIPv4 } from "node:net";

// The second is what the first leads to, where systemd answers at a loopback address.
const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

/** The name servers of this machine that pods can reach too: they have no IPv6 and a loopback of their own. */
export async function hostResolvers(): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.map(parseResolvers).find((found) => found.length > 0) ?? [];
}

/** Reads a resolv.conf. As everywhere, three count. */
export function parseResolvers(text: string): string[] {
  const named = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = ""]) => address);
  return [...new Set(named.filter((address) => isIPv4(address) && !/^(127|0)\./.test(address)))].slice(0, 3);
}
