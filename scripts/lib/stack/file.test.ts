import { describe, expect, it } from "vitest";
import { parseStackFile } from "./file.ts";

describe("a stack file", () => {
  it("gives plain settings, written as YAML or as JSON in a text, and names the encrypted ones", () => {
    const file = parseStackFile(`
encryptionsalt: v1:abc
config:
  dexie-cloud-kit:target: { kind: local, kubeconfig: /k }
  dexie-cloud-kit:server: '{"replicas":2}'
  dexie-cloud-kit:protection: "true"
  dexie-cloud-kit:credentials:
    secure: v1:xyz
  other:key: value
`);
    expect(file.plain).toEqual({
      target: { kind: "local", kubeconfig: "/k" },
      server: { replicas: 2 },
      protection: true,
    });
    expect(file.names).toEqual(["target", "server", "protection", "credentials"]);
  });

  it.each(["", "encryptionsalt: v1:abc\n"])("can be without settings: %j", (text) => {
    expect(parseStackFile(text)).toEqual({ plain: {}, names: [] });
  });
});
