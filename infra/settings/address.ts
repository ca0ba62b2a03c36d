import { isIP } from "node:net";
import { webHost } from "../web-host.ts";
import { textAt } from "./at.ts";
import { isDnsName, isPublicOrigin } from "./checks.ts";
import type { Fault } from "./faults.ts";

/** The host of `server.url`, where that can be read. */
export function publicHost(input: unknown): string | undefined {
  const url = textAt(input, "server", "url");
  return url !== undefined && isPublicOrigin(url) ? webHost(url) : undefined;
}

/** What is wrong with the public address for the way in which clients reach it: only the edge takes every host. */
export function addressFaults(input: unknown): Fault[] {
  const host = publicHost(input);
  const kind = textAt(input, "exposure", "kind");
  if (host === undefined || kind === undefined || kind === "edge") return [];
  if (isDnsName(host) && isIP(host) === 0) return [];
  return [
    {
      key: "server.url",
      wrong: `must have a host name of letters, digits and hyphens where exposure.kind is ${kind}, and no IP address`,
      hint: 'such as "https://dexie.example.com"',
    },
  ];
}
