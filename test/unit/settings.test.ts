// What people get wrong in a stack file, and what they are told.
import { describe, expect, test } from "vitest";
import { SettingsError, parseSettings } from "../../infra/settings/parse.ts";
import { describeFault } from "../../infra/settings/faults.ts";
import { makeCertificates } from "../../scripts/lib/stack/certificates.ts";
import {
  certificateSettings,
  initialCredentials,
  initialSettings,
} from "../../scripts/lib/stack/settings.ts";

const stack = "production";
const image = (name: string): string => `registry.example.com/${name}@sha256:${"0123456789abcdef".repeat(4)}`;
const recipients = [
  "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
  "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z",
  "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
] as const;
const certificates = certificateSettings(
  await makeCertificates(stack, `${stack}-database`, "dexie.example.com"),
) as Record<string, object>;

/** A configuration as `./kit init` writes it, with some values put in other places; undefined removes a key. */
function configuration(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const right = {
    ...initialSettings({
      target: { kind: "kubernetes", kubeconfig: "/home/ops/.kube/config", context: "production" },
      url: "https://dexie.example.com",
      images: { server: image("server"), postgres: image("postgres"), edge: image("edge") },
      kek: { identityFile: "/etc/kek.txt", recipient: recipients[0] },
      escrow: [recipients[1], recipients[2]],
    }),
    credentials: initialCredentials(),
    certificates,
  };
  const all: Record<string, unknown> = structuredClone({ ...right, protection: true });
  for (const [path, value] of Object.entries(changes)) put(all, path.split("."), value);
  return all;
}

function put(target: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) put(target[key] as Record<string, unknown>, rest, value);
  else target[key] = value;
}

function told(changes: Readonly<Record<string, unknown>>, encrypted?: readonly string[]): string[] {
  try {
    parseSettings(configuration(changes), stack, encrypted);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(describeFault);
    throw error;
  }
}

describe("a configuration", () => {
  test("as the kit writes it is right, and what was left out has its default", () => {
    expect(parseSettings(configuration(), stack)).toMatchObject({
      server: { logLevel: "info", owners: [] },
      protection: true,
    });
  });

  test.each([
    ["exposure", { kind: "edge", nodePort: 30443 }],
    ["exposure", { kind: "ingress", className: "nginx", namespace: "ingress-nginx" }],
    ["exposure", { kind: "gateway", className: "envoy", namespace: "envoy-system" }],
    ["target", { kind: "local", kubeconfig: "/var/lib/kubeconfig" }],
    ["server.resources", { limits: { memory: "1Gi" } }],
    ["protection", false],
  ])("%s may be %j", (key, value) => {
    expect(told({ [key]: value })).toEqual([]);
  });
});

describe("what is wrong is told with its key and an example", () => {
  test.each([
    ["target", undefined, /^target: is missing, such as \{"kind":"local"/],
    ["target.kind", "cloud", /^target\.kind: must be local or kubernetes, such as local$/],
    ["target.context", " ", /^target\.context: must name a context of the kubeconfig, such as "production"$/],
    ["target.kubeconfig", "~/.kube/config", /^target\.kubeconfig: must be an absolute path, such as "\/var/],
    [
      "images.server",
      "server:latest",
      /^images\.server: must name the image by its digest, such as "registry/,
    ],
    ["images.edge", undefined, /^images\.edge: is missing, such as "registry/],
    ["server.url", "http://dexie.example.com", /^server\.url: must be an https address .*, such as "https:/],
    ["server.url", "dexie.example.com", /^server\.url: must be an https address .*, such as "https:/],
    ["server.artifact", "image", /^server\.artifact: must be evaluation, such as "evaluation"$/],
    ["server.replicas", "two", /^server\.replicas: must be a whole number, such as 2$/],
    ["server.replicas", 1.5, /^server\.replicas: must be a whole number, such as 2$/],
    ["server.replicas", 0, /^server\.replicas: must be 1 or more, such as 2$/],
    ["server.replica", 2, /^server\.replica: is not a setting, known are artifact, url, replicas,/],
    ["server.logLevel", "loud", /^server\.logLevel: must be fatal or error or .*, such as "info"$/],
    ["server.owners", "ops@example.com", /^server\.owners: must be a list, such as \["ops@example\.com"\]$/],
    ["server.owners", ["ops"], /^server\.owners\.0: must be an e-mail address/],
    ["server.oneTimePasswords", { webhook: "mailer" }, /^server\.oneTimePasswords\.webhook: must be an http/],
    [
      "server.resources",
      { limits: { memory: 512 } },
      /^server\.resources\.limits\.memory: must be text, such as "512Mi"$/,
    ],
    ["server.resources", { limits: { gpu: "1" } }, /limits\.gpu: is not a setting, known are cpu, memory$/],
    ["database.instances", 3, /^database\.instances: must be 1, such as 1$/],
    [
      "database.storage",
      "10",
      /^database\.storage: must be an amount above zero with its unit, such as "10Gi"$/,
    ],
    [
      "keys.age.recipient",
      `${recipients[0].slice(0, -1)}q`,
      /^keys\.age\.recipient: must be an age recipient/,
    ],
    ["keys.escrow", [recipients[1]], /^keys\.escrow: must have two or more recipients, .*, such as \["age1/],
    [
      "keys.escrow",
      [recipients[1], recipients[1]],
      /^keys\.escrow: must not name a recipient twice, such as/,
    ],
    [
      "keys.escrow",
      [recipients[0], recipients[1]],
      /^keys\.escrow: must not name the key-encryption key itself/,
    ],
    ["keys.escrow", [recipients[1], "age1"], /^keys\.escrow\.1: must be an age recipient .*, such as "age1/],
    [
      "backups.schedule.full",
      "@daily",
      /^backups\.schedule\.full: must be a cron .*, such as "0 2 \* \* 0"$/,
    ],
    ["backups.schedule.incremental", undefined, /^backups\.schedule\.incremental: is missing, such as "30/],
    ["backups.timezone", "Stockholm", /^backups\.timezone: must be a name of the IANA .*, such as "Europe/],
    ["backups.retention", 4, /^backups\.retention: must be an object, such as \{"full":4\}$/],
    ["backups.repository.kind", "s3", /^backups\.repository\.kind: must be volume, such as "volume"$/],
    ["exposure.kind", "nodePort", /^exposure\.kind: must be edge or ingress or gateway, such as edge$/],
    ["exposure", { kind: "ingress" }, /^exposure\.className: is missing, such as "(nginx|envoy)"$/],
    ["exposure.nodePort", 443, /^exposure\.nodePort: must be 30000 or more, such as 30443$/],
    ["protection", "yes", /^protection: must be true or false, such as true$/],
    ["monitoring", {}, /^monitoring: is not a setting, known are target, images, server,/],
  ])("%s: %j", (key, value, expected) => {
    expect(told({ [key]: value })[0]).toMatch(expected);
  });
});

describe("of secrets", () => {
  test.each([
    ["credentials.serverSecret", "short", /^credentials\.serverSecret: must have 32 characters or more$/],
    [
      "credentials.ownerPassword",
      "with a space that is long enough, surely",
      /^credentials\.ownerPassword: must be print/,
    ],
    [
      "certificates.ca",
      "-----BEGIN CERTIFICATE-----\nMII",
      /^certificates\.ca: must be a certificate in PEM$/,
    ],
    ["certificates.edge.key", "no key", /^certificates\.edge\.key: must be a private key in PEM/],
    [
      "certificates.edge",
      certificates["postgres"],
      /^certificates\.edge\.certificate: must be valid for dexie\.example\.com$/,
    ],
    [
      "certificates.postgres",
      certificates["edge"],
      /^certificates\.postgres\.certificate: must be valid for postgres\.production-database\.svc$/,
    ],
  ])("the fault is told and the value is not: %s", (key, value, expected) => {
    const lines = told({ [key]: value });
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  test("a key of another certificate is refused", () => {
    const { key } = certificates["backup"] as { key: string };
    expect(told({ "certificates.edge.key": key })).toEqual([
      "certificates.edge.key: must be the private key of the certificate",
    ]);
  });

  test("lying open in the stack file is a fault", () => {
    expect(told({}, ["certificates"])).toEqual([
      expect.stringMatching(
        /^credentials: lies unencrypted in the stack file; .*config set --secret credentials/,
      ),
    ]);
  });
});

test("a stack's name that cannot name a namespace is refused", () => {
  expect(() => parseSettings(configuration(), "Production_1")).toThrow(
    /the stack's name: must be lower-case/,
  );
});

test("all faults are told at once", () => {
  const lines = told({ "server.replicas": 0, "database.storage": "big", images: undefined, nonsense: 1 });
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    "images",
    "server.replicas",
    "database.storage",
    "nonsense",
  ]);
});
