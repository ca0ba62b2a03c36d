import type { Listener } from "./checks.ts";

const listening = "0A";

/** Reads /proc/net/tcp or tcp6: what programs listen on. */
export function parseListeners(text: string): Listener[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === listening)
    .map(([, local = ""]) => parseSocket(local));
}

/** Addresses are in hex; of the kind of version 6 only "any address" matters here. */
function parseSocket(local: string): Listener {
  const [address = "", port = ""] = local.split(":");
  return {
    address: address.length === 8 ? parseIpv4(address) : parseIpv6(address),
    port: parseInt(port, 16),
  };
}

const parseIpv4 = (hex: string): string =>
  [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".");

const parseIpv6 = (hex: string): string => (/^0+$/.test(hex) ? "::" : hex);
