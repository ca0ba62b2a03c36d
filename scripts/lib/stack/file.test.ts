import { describe, expect, it } from "vitest";
import { markingFaults } from "../../../infra/settings/parse.ts";
import type { KitError } from "../errors.ts";
import { checkSettings, parseStackFile } from "./file.ts";

describe("a stack file", () => {
  it("gives plain settings, written as YAML or as JSON in a text, with or without the project, and names the encrypted ones", () => {
    const file = parseStackFile(`
encryptionsalt: v1:abc
config:
  dexie-cloud-kit:target: { kind: local, kubeconfig: /k }
  dexie-cloud-kit:server: '{"replicas":2}'
  dexie-cloud-kit:protection: "true"
  dexie-cloud-kit:credentials:
    secure: v1:xyz
  dexie-cloud-kit:database:
    storage: { secure: v1:xyz }
  images: { server: s }
  other:key: value
`);
    expect(file.plain).toEqual({
      target: { kind: "local", kubeconfig: "/k" },
      server: { replicas: 2 },
      protection: true,
      images: { server: "s" },
    });
    expect(file.names).toEqual(["target", "server", "protection", "credentials", "database", "images"]);
    expect(file.encrypted).toEqual(["credentials", "database"]);
  });

  it.each(["", "encryptionsalt: v1:abc\n"])("can be without settings: %j", (text) => {
    expect(parseStackFile(text)).toEqual({ plain: {}, names: [], encrypted: [] });
  });

  it.each(["config: []", "production"])("of another shape says what it must have: %j", (text) => {
    expect(() => parseStackFile(text)).toThrow("below `config:`");
  });

  it("whose settings lie encrypted where they must not is told so, not that they are missing", () => {
    const marking = markingFaults(["server"], ["server"]);
    const message = (): string => {
      try {
        checkSettings("production", {}, marking);
      } catch (error) {
        return (error as KitError).why;
      }
      return "";
    };
    expect(message()).toMatch(/^server: must not be encrypted/m);
    expect(message()).not.toMatch(/server: is missing/);
  });
});
