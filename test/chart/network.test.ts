import { describe, expect, test } from "vitest";
import { podTemplateOf, type KubernetesObject } from "./support/objects.ts";
import { objectsOfProgram } from "./support/program.ts";
import {
  reachable,
  type Outsider,
  type Party,
  type Pod,
  type Policy,
  type Port,
} from "./support/reachability.ts";

const stack = "production";
const tcp = (port: number, name?: string): Port => ({ protocol: "TCP", port, ...(name && { name }) });

/** The pods of a stack by what they do, with the ports they listen on. */
function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  return objects.flatMap((object) => {
    const template = podTemplateOf(object);
    if (template === undefined) return [];
    const ports = template.spec.containers.flatMap(({ ports = [] }) => ports);
    return {
      name: object.metadata.name.replace(/-[0-9a-f]{10}$/, ""),
      namespace: object.metadata.namespace ?? "",
      labels: template.metadata?.labels ?? {},
      listens: ports.map(({ containerPort, name }) => tcp(containerPort, name)),
    };
  });
}

const everyPort = [tcp(443), tcp(5432), tcp(8080), tcp(8443)];
const stranger = (name: string, namespace: string): Pod => ({
  name,
  namespace,
  labels: {},
  listens: everyPort,
});
const world: Outsider = { name: "world", address: "203.0.113.7", listens: everyPort };
const dns: Pod = {
  name: "dns",
  namespace: "kube-system",
  labels: { "k8s-app": "kube-dns" },
  listens: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};
const others: Party[] = [
  world,
  dns,
  stranger("another pod", "default"),
  stranger("a pod in the server's namespace", `${stack}-server`),
  stranger("a pod in the database's namespace", `${stack}-database`),
];

async function tableOf(changes: object, more: readonly Party[] = []): Promise<string[]> {
  const objects = await objectsOfProgram(stack, changes);
  const policies = objects.filter(({ kind }) => kind === "NetworkPolicy") as unknown as Policy[];
  const lines = reachable({ parties: [...podsOf(objects), ...others, ...more], policies });
  // Only what begins or ends in the stack is the stack's business.
  const own = new Set(podsOf(objects).map(({ name }) => name));
  return lines.filter((line) => {
    const [from = "", to = ""] = line.split(" → ");
    return own.has(from) || own.has(to.replace(/ \d+\/\w+$/, ""));
  });
}

const withDns = (...names: string[]): string[] =>
  names.flatMap((name) => [`${name} → dns 53/TCP`, `${name} → dns 53/UDP`]);

const always = [
  ...withDns("server", "server-init", "backup-full", "backup-incremental"),
  "backup-full → postgres 8432/TCP",
  "backup-incremental → postgres 8432/TCP",
  "server → postgres 5432/TCP",
  "server-init → postgres 5432/TCP",
];

describe("who may talk to whom", () => {
  test("with the edge", async () => {
    expect(await tableOf({ exposure: { kind: "edge" } })).toEqual(
      [
        ...always,
        ...withDns("edge"),
        "edge → server 8080/TCP",
        "another pod → edge 8443/TCP",
        "dns → edge 8443/TCP",
        "world → edge 8443/TCP",
      ].sort(),
    );
  });

  test.each(["ingress", "gateway"])("with %s, where the controller takes the edge's place", async (kind) => {
    const controller = stranger("controller", "controllers");
    const exposure = { kind, className: "some-class", clients: [{ namespace: "controllers" }] };
    expect(await tableOf({ exposure }, [controller])).toEqual(
      [...always, "controller → server 8080/TCP"].sort(),
    );
  });

  test("with a load balancer that is no pod", async () => {
    const gateway = { name: "public", namespace: "gateways" };
    const exposure = { kind: "route", gateway, clients: [{ cidr: "203.0.113.0/24" }] };
    expect(await tableOf({ exposure })).toEqual([...always, "world → server 8080/TCP"].sort());
  });

  test("with a mailer, whose port is open wherever it is", async () => {
    const oneTimePasswords = { webhook: "https://mailer.example.com/send" };
    const table = await tableOf({ exposure: { kind: "edge" }, oneTimePasswords });
    expect(table.filter((line) => line.startsWith("server → ") && line.includes(" 443/"))).toEqual([
      "server → another pod 443/TCP",
      "server → world 443/TCP",
    ]);
  });

  test("with the cluster's DNS elsewhere", async () => {
    const elsewhere: Pod = { ...dns, name: "other-dns", namespace: "openshift-dns", listens: [tcp(5353)] };
    const servers = [{ namespace: "openshift-dns", labels: dns.labels }];
    const changes = { exposure: { kind: "edge" }, target: { dns: { servers, port: 5353 } } };
    const table = await tableOf(changes, [elsewhere]);
    expect(table.filter((line) => line.includes("dns 53/"))).toEqual([]);
    expect(table.filter((line) => line.endsWith("dns 5353/TCP"))).toEqual(
      ["backup-full", "backup-incremental", "edge", "server", "server-init"].map(
        (name) => `${name} → other-dns 5353/TCP`,
      ),
    );
  });
});
