// Who may talk to whom, asked in the cluster itself.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectorLabels } from "../../infra/naming.ts";
import { logTail } from "../../scripts/lib/local/processes.ts";
import { readSettings } from "../../scripts/lib/stack/file.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { apply, kubectl } from "./support/kit.ts";
import { databaseNamespace, serverNamespace, stack } from "./support/place.ts";
import { useStack } from "./support/stack.ts";

const strangers = "kit-e2e-strangers";
const name = "app.kubernetes.io/name";
const component = "app.kubernetes.io/component";

/** Pods that bear the labels of a party, so that policies take them for it. They serve nobody. */
const probes = {
  edge: { namespace: serverNamespace, labels: selectorLabels("edge") },
  server: { namespace: serverNamespace, labels: serverLabels("server") },
  init: { namespace: serverNamespace, labels: serverLabels("init") },
  backup: { namespace: databaseNamespace, labels: databaseLabels("backup") },
  restore: { namespace: databaseNamespace, labels: databaseLabels("restore") },
  neighbour: { namespace: serverNamespace, labels: { [name]: "neighbour" } },
  stranger: { namespace: strangers, labels: { [name]: "stranger" } },
} as const;
type Probe = keyof typeof probes;

/** Where the parts of the stack and the cluster's API listen. */
const targets = {
  "edge:8443": { namespace: serverNamespace, labels: selectorLabels("edge") },
  "server:8080": { namespace: serverNamespace, labels: serverLabels("server") },
  "postgres:5432": { namespace: databaseNamespace, labels: databaseLabels("database") },
  "postgres:8432": { namespace: databaseNamespace, labels: databaseLabels("database") },
  "API server:443": { service: "kubernetes.default.svc.cluster.local" },
} as const;
type Target = keyof typeof targets;

const allowed: Readonly<Record<Probe, readonly Target[]>> = {
  edge: ["server:8080"],
  server: ["postgres:5432"],
  init: ["postgres:5432"],
  backup: ["postgres:8432"],
  restore: [],
  neighbour: [],
  stranger: ["edge:8443", "API server:443"],
};
const probeNames = Object.keys(probes) as Probe[];
const targetNames = Object.keys(targets) as Target[];
const pairs = probeNames.flatMap((probe) =>
  targetNames.map((target) => [probe, target, allowed[probe].includes(target)] as const),
);

/** What each probe saw: the addresses of its own that are not IPv4, and where it came through. */
const seen = new Map<
  Probe,
  { readonly otherAddresses: readonly string[]; readonly reached: readonly Target[] }
>();

explainFailuresIn(serverNamespace, databaseNamespace, strangers);

beforeAll(async () => {
  await useStack();
  const { images } = await readSettings(stack);
  await apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: strangers } },
    ...probeNames.map((probe) => probePod(probe, images.server)),
  );
  for (const [probe, { namespace }] of Object.entries(probes))
    await kubectl(
      ...["wait", `pod/${podName(probe)}`, "--namespace", namespace, "--timeout", "120s"],
      "--for=jsonpath={.status.phase}=Running",
    );
  const hosts = await Promise.all(targetNames.map(hostOf));
  await Promise.all(probeNames.map(async (probe) => seen.set(probe, await lookFrom(probe, hosts))));
});

afterAll(async () => {
  for (const namespace of [serverNamespace, databaseNamespace])
    await kubectl("delete", "pods", "--namespace", namespace, "--selector", "kit-e2e=probe", "--now");
  await kubectl("delete", "namespace", strangers);
});

describe("what is open", () => {
  it.each(pairs.filter(([, , open]) => open))("%s reaches %s", (probe, target) => {
    expect(seen.get(probe)?.reached).toContain(target);
  });
});

describe("what is closed", () => {
  it.each(pairs.filter(([, , open]) => !open))("%s does not reach %s", (probe, target) => {
    expect(seen.get(probe)?.reached).not.toContain(target);
  });

  it("is told to whoever looks into the node", async () => {
    const log = await logTail("network-policies", 100);
    expect(log).toMatch(/dropped: \S+\/kit-e2e-\w+ \([\d.]+\) to \S+ \([\d.]+\), TCP port \d+/);
  });

  it.each(probeNames)("%s has no other addresses, by which it could pass the policies", (probe) => {
    expect(seen.get(probe)?.otherAddresses).toEqual([]);
  });
});

/** Where a target is: the name of its Service, or the address of its pod, which no Service hides. */
async function hostOf(name: Target): Promise<string> {
  const target = targets[name];
  if ("service" in target) return target.service;
  const selector = Object.entries(target.labels).map(([key, value]) => `${key}=${value}`);
  return kubectl(
    ...["get", "pods", "--namespace", target.namespace, "--selector", `${selector.join(",")},kit-e2e!=probe`],
    ...["--field-selector", "status.phase=Running", "--output", "jsonpath={.items[0].status.podIP}"],
  );
}

async function lookFrom(probe: Probe, hosts: readonly string[]) {
  const places = targetNames.map((target, at) => `${hosts[at]}:${target.split(":")[1]}`);
  const told = await kubectl(
    ...["exec", podName(probe), "--namespace", probes[probe].namespace, "--"],
    ...["node", "--eval", look, ...places],
  );
  const { otherAddresses, open } = JSON.parse(told) as { otherAddresses: string[]; open: boolean[] };
  return { otherAddresses, reached: targetNames.filter((_, at) => open[at]) };
}

const look = `const connect = (place) => new Promise((done) => {
  const [host, port] = place.split(":");
  const socket = require("node:net").connect(Number(port), host);
  const end = (open) => { socket.destroy(); done(open); };
  socket.setTimeout(5000, () => end(false)).on("error", () => end(false)).on("connect", () => end(true));
});
const addresses = Object.values(require("node:os").networkInterfaces()).flat();
const otherAddresses = addresses.filter(({ internal, family }) => !internal && family !== "IPv4").map(({ address }) => address);
Promise.all(process.argv.slice(1).map(connect)).then((open) => console.log(JSON.stringify({ otherAddresses, open })));`;

const podName = (probe: string): string => `kit-e2e-${probe}`;

/** Never ready, so that no Service sends anything to it. */
function probePod(probe: Probe, image: string): object {
  const { namespace, labels } = probes[probe];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName(probe), namespace, labels: { ...labels, "kit-e2e": "probe" } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "probe",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["node", "--eval", "setInterval(() => undefined, 60_000)"],
          readinessProbe: { exec: { command: ["/never"] } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}

function serverLabels(part: string): Record<string, string> {
  return { [name]: "dexie-cloud-server", "app.kubernetes.io/instance": "server", [component]: part };
}

function databaseLabels(part: string): Record<string, string> {
  return { [name]: "postgres", "app.kubernetes.io/instance": "postgres", [component]: part };
}
