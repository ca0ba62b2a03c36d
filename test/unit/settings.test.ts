// What people get wrong in a stack file, and what they are told.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SettingsError, parseSettings, type Surroundings } from "../../infra/settings/parse.ts";
import { describeFault } from "../../infra/settings/faults.ts";
import { secretKeys } from "../../infra/settings/secrets.ts";
import { makeCertificates } from "../../scripts/lib/stack/certificates.ts";
import { root } from "../../scripts/lib/paths.ts";
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
const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const made = async (now?: Date) =>
  certificateSettings(await makeCertificates(stack, `${stack}-database`, "dexie.example.com", now)) as Record<
    string,
    object
  >;
const certificates = await made();
const dayMs = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * dayMs);

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

const around: Surroundings = { encrypted: secretKeys, read: () => identity, now: new Date() };

function told(changes: Readonly<Record<string, unknown>>, others: Partial<Surroundings> = {}): string[] {
  try {
    parseSettings(configuration(changes), stack, { ...around, ...others });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(describeFault);
    throw error;
  }
}

describe("a configuration", () => {
  test("as the kit writes it is right, and what was left out has its default", () => {
    expect(parseSettings(configuration(), stack, around)).toMatchObject({
      target: { dns: { servers: [{ namespace: "kube-system" }], port: 53 } },
      server: { logLevel: "info", owners: [], resources: { limits: { memory: "512Mi" } } },
      protection: true,
    });
  });

  test.each([
    ["exposure", { kind: "edge", nodePort: 30443 }],
    ["exposure", { kind: "ingress", className: "nginx", clients: [{ namespace: "ingress-nginx" }] }],
    ["exposure", { kind: "gateway", className: "envoy.proxy", clients: [{ cidr: "10.0.0.0/16" }] }],
    [
      "exposure",
      {
        kind: "route",
        gateway: { name: "public", namespace: "gateways" },
        clients: [{ namespace: "gateways", labels: { app: "proxy" } }],
      },
    ],
    ["target.storageClass", "ceph.rbd"],
    ["target.dns", { servers: [{ namespace: "openshift-dns" }, { cidr: "169.254.20.10/32" }], port: 5353 }],
    ["server.url", "https://dexie.example.com:8443"],
    ["registry", { auths: { "registry.example.com": { auth: "dXNlcjpwYXNz" } }, credHelpers: {} }],
    ["registry", { auths: { "registry.example.com": { username: "user", password: "pass" } } }],
    ["oneTimePasswords", { webhook: "https://mailer.example.com/send?token=1" }],
    ["database.resources", { requests: { memory: "1Gi" } }],
    ["database.resources", { requests: { memory: "4Gi" }, limits: { memory: "4Gi" } }],
    ["target", { kind: "local", kubeconfig: "/var/lib/kubeconfig" }],
    ["server.resources", { limits: { memory: "1Gi" } }],
    ["protection", false],
  ])("%s may be %j", (key, value) => {
    expect(told({ [key]: value })).toEqual([]);
  });
});

test("requests and limits are the charts' own when not set", async () => {
  const { server, database } = parseSettings(configuration(), stack, around);
  const chart = async (name: string): Promise<unknown> =>
    (parse(await readFile(join(root, "charts", name, "values.yaml"), "utf8")) as { resources: unknown })
      .resources;
  expect(server.resources).toEqual(await chart("dexie-cloud-server"));
  expect(await chart("postgres")).toMatchObject({ postgres: database.resources });
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
    ["server.url", "http://localhost:8080", /^server\.url: must be an https address/],
    [
      "server.resources",
      { limits: { memory: 512 } },
      /^server\.resources\.limits\.memory: must be text, such as "1Gi"$/,
    ],
    ["server.resources", { limits: { gpu: "1" } }, /limits\.gpu: is not a setting, known are cpu, memory$/],
    [
      "database.resources",
      { requests: { memory: "4Gi" } },
      /^database\.resources\.requests\.memory: must not be above limits\.memory, which is 1Gi, such as/,
    ],
    [
      "server.resources",
      { limits: { cpu: "50m" } },
      /^server\.resources\.requests\.cpu: must not be above limits\.cpu, which is 50m, such as/,
    ],
    [
      "target.storageClass",
      "Fast_1",
      /^target\.storageClass: must be lower-case letters, digits, hyphens and/,
    ],
    [
      "target.dns",
      { servers: [{ cidr: "10.0.0.1" }] },
      /^target\.dns\.servers\.0\.cidr: must be a block of addresses/,
    ],
    ["target.dns", { servers: [] }, /^target\.dns\.servers: must name somebody, such as \[\{"namespace"/],
    [
      "target.dns",
      { servers: [{}] },
      /^target\.dns\.servers\.0: must have either a namespace or a cidr, such/,
    ],
    [
      "target.dns",
      { servers: [{ cidr: "10.0.0.0/8", labels: {} }] },
      /^target\.dns\.servers\.0: must have labels only beside a namespace, such as/,
    ],
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
    [
      "exposure.kind",
      "nodePort",
      /^exposure\.kind: must be edge or ingress or gateway or route, such as edge$/,
    ],
    [
      "exposure",
      { kind: "ingress", className: "nginx", namespace: "ingress-nginx" },
      /^exposure\.clients: must be a list of objects with a namespace or a cidr, such as \[\{"namespace"/,
    ],
    ["exposure", { kind: "ingress" }, /^exposure\.className: is missing, such as "(nginx|envoy)"$/],
    ["exposure.nodePort", 443, /^exposure\.nodePort: must be 30000 or more, such as 30443$/],
    ["protection", "yes", /^protection: must be true or false, such as true$/],
    ["monitoring", {}, /^monitoring: is not a setting, known are target, images, server,/],
  ])("%s: %j", (key, value, expected) => {
    expect(told({ [key]: value })[0]).toMatch(expected);
  });
});

const ways = {
  edge: { kind: "edge" },
  ingress: { kind: "ingress", className: "nginx", clients: [{ namespace: "ingress-nginx" }] },
  gateway: { kind: "gateway", className: "envoy", clients: [{ namespace: "envoy-gateway-system" }] },
  route: {
    kind: "route",
    gateway: { name: "public", namespace: "gateways" },
    clients: [{ namespace: "gateways" }],
  },
};

test.each(["192.0.2.7", "[2001:db8::1]", "my_host.example.com", "example.com."])(
  "the host %s is for the edge alone",
  (host) => {
    for (const [kind, exposure] of Object.entries(ways)) {
      const lines = told({ "server.url": `https://${host}`, exposure });
      const ofAddress = lines.filter((line) => line.startsWith("server.url:"));
      expect(ofAddress).toHaveLength(kind === "edge" ? 0 : 1);
    }
  },
);

describe("of secrets", () => {
  test.each([
    [
      "credentials.serverSecret",
      "short",
      /^credentials\.serverSecret: must have 32 characters or more, such as openssl rand/,
    ],
    [
      "credentials.ownerPassword",
      "with a space that is long enough, surely",
      /^credentials\.ownerPassword: must be print/,
    ],
    [
      "certificates.ca",
      "-----BEGIN CERTIFICATE-----\nMII",
      /^certificates\.ca: must be a certificate in PEM, such as -----BEGIN/,
    ],
    ["certificates.edge.key", "no key", /^certificates\.edge\.key: must be a private key in PEM/],
    [
      "certificates.edge",
      certificates["postgres"],
      /^certificates\.edge\.certificate: must be valid for dexie\.example\.com, such as with the alt/,
    ],
    [
      "certificates.postgres",
      certificates["edge"],
      /^certificates\.postgres\.certificate: must be valid for postgres\.production-database\.svc, such as/,
    ],
    [
      "certificates.backup",
      certificates["postgres"],
      /^certificates\.backup\.certificate: must have the common name backup, such as with the subject/,
    ],
    [
      "oneTimePasswords",
      { webhook: "mailer" },
      /^oneTimePasswords\.webhook: must be an http or https .* such as/,
    ],
    ["registry", { auths: {} }, /^registry\.auths: must name a registry, such as \{"registry\.example/],
    [
      "registry",
      { auths: { "registry.example.com": {} }, credsStore: "pass" },
      /^registry\.auths: must hold `auth`, or username and password, .* credential helper .*, such as/,
    ],
  ])("the fault is told and the value is not: %s", (key, value, expected) => {
    const lines = told({ [key]: value });
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  test("a key of another certificate is refused", () => {
    const { key } = certificates["backup"] as { key: string };
    expect(told({ "certificates.edge.key": key })).toEqual([
      expect.stringMatching(/^certificates\.edge\.key: must be the private key of the certificate, such as/),
    ]);
  });

  test("lying open in the stack file is a fault", () => {
    expect(told({}, { encrypted: ["certificates"] })).toEqual([
      expect.stringMatching(
        /^credentials: lies unencrypted in the stack file; .*config set --secret credentials/,
      ),
    ]);
  });
});

describe("certificates", () => {
  test("that have ended, or are not valid yet, are refused", () => {
    const keys = ["ca", "postgres.certificate", "backup.certificate", "edge.certificate"];
    const lines = (pattern: string) =>
      keys.map((key) => expect.stringMatching(`^certificates\\.${key}: ${pattern}`) as string);
    expect(told({}, { now: daysFromNow(4000) })).toEqual(
      lines("ended on 20\\d\\d-\\d\\d-\\d\\d; set a newer one"),
    );
    expect(told({}, { now: daysFromNow(-10) })).toEqual(lines("is not valid before 20"));
  });

  test("of another authority are refused where the kit's own programs trust ca only", async () => {
    const others = await made();
    expect(told({ "certificates.ca": others["ca"] })).toEqual([
      expect.stringMatching(/^certificates\.postgres\.certificate: must be issued by certificates\.ca/),
      expect.stringMatching(/^certificates\.backup\.certificate: must be issued by certificates\.ca/),
    ]);
    expect(told({ "certificates.edge": others["edge"] })).toEqual([]);
  });
});

test("a setting that is no secret may not lie encrypted, since nothing made of it would be kept secret", () => {
  expect(told({}, { encrypted: [...secretKeys, "server"] })).toEqual([
    expect.stringMatching(
      /^server: must not be encrypted: .* such as with pulumi config set --plaintext server/,
    ),
  ]);
});

test("a stack's name that cannot name a namespace is refused", () => {
  expect(() => parseSettings(configuration(), "Production_1", around)).toThrow(
    /the stack's name: must be lower-case/,
  );
});

test("all faults are told at once, whatever else is wrong", () => {
  const changes = { "server.replicas": 0, "database.storage": "big", images: undefined, nonsense: 1 };
  const hosts = { "server.url": "https://elsewhere.example.com" };
  const now = daysFromNow(500);
  const lines = told({ ...changes, ...hosts }, { now, read: () => undefined });
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    "images",
    "server.replicas",
    "database.storage",
    "nonsense",
    "certificates.postgres.certificate",
    "certificates.backup.certificate",
    "certificates.edge.certificate",
    "certificates.edge.certificate",
    "keys.age.identityFile",
  ]);
});
