import { describe, expect, it } from "vitest";
import { parseResolvers } from "./resolvers.ts";

describe("name servers of the machine that pods can reach", () => {
  it.each([
    ["one", "search example.com\nnameserver 192.0.2.53\n", ["192.0.2.53"]],
    ["none on loopback", "nameserver 127.0.0.53\noptions edns0\n", []],
    ["none of IPv6", "nameserver fe80::1%eth0\nnameserver 192.0.2.53\n", ["192.0.2.53"]],
    ["none in a comment", "# nameserver 192.0.2.53\n", []],
    [
      "each once, three at most",
      [1, 1, 2, 3, 4].map((n) => `nameserver 192.0.2.${n}\n`).join(""),
      ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    ],
    ["none at all", "", []],
  ])("%s", (_, text, expected) => {
    expect(parseResolvers(text)).toEqual(expected);
  });
});
