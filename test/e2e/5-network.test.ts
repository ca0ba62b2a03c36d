// Who may talk to whom, asked in the cluster itself. What policies forbid can only be seen where something enforces them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectorLabels } from "../../infra/naming.ts";
import { readSettings } from "../../scripts/lib/stack/file.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { apply, kubectl, tryKubectl } from "./support/kit.ts";
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

/** Where the parts of the stack listen. */
const targets = {
  "edge:8443": { namespace: serverNamespace, labels: selectorLabels("edge") },
  "server:8080": { namespace: serverNamespace, labels: serverLabels("server") },
  "postgres:5432": { namespace: databaseNamespace, labels: databaseLabels("database") },
  "postgres:8432": { namespace: databaseNamespace, labels: databaseLabels("database") },
} as const;
type Target = keyof typeof targets;

const allowed: Readonly<Record<Probe, readonly Target[]>> = {
  edge: ["server:8080"],
  server: ["postgres:5432"],
  init: ["postgres:5432"],
  backup: ["postgres:8432"],
  restore: [],
  neighbour: [],
  stranger: ["edge:8443"],
};
const pairs = (Object.keys(probes) as Probe[]).flatMap((probe) =>
  (Object.keys(targets) as Target[]).map(
    (target) => [probe, target, allowed[probe].includes(target)] as const,
  ),
);

explainFailuresIn(serverNamespace, databaseNamespace, strangers);

beforeAll(async () => {
  await useStack();
  const { images } = await readSettings(stack);
  await apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: strangers } },
    ...(Object.keys(probes) as Probe[]).map((probe) => probePod(probe, images.server)),
  );
  for (const [probe, { namespace }] of Object.entries(probes))
    await kubectl(
      ...["wait", `pod/${podName(probe)}`, "--namespace", namespace, "--timeout", "120s"],
      "--for=jsonpath={.status.phase}=Running",
    );
});

afterAll(async () => {
  for (const namespace of [serverNamespace, databaseNamespace])
    await kubectl("delete", "pods", "--namespace", namespace, "--selector", "kit-e2e=probe", "--now");
  await kubectl("delete", "namespace", strangers);
});

describe("what is open", () => {
  it.each(pairs.filter(([, , open]) => open))("%s reaches %s", async (probe, target) => {
    expect(await reaches(probe, target)).toBe(true);
  });
});

describe("what is closed", () => {
  // The stack's namespaces deny everything by default: whether a neighbour reaches something tells whether that counts.
  let enforced: boolean;
  beforeAll(async () => (enforced = !(await reaches("neighbour", "server:8080"))));

  it.for(pairs.filter(([, , open]) => !open))("%s does not reach %s", async ([probe, target], { skip }) => {
    if (!enforced) skip("this cluster does not enforce NetworkPolicies");
    expect(await reaches(probe, target)).toBe(false);
  });
});

async function reaches(probe: Probe, target: Target): Promise<boolean> {
  const { namespace, labels } = targets[target];
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const addresses = await kubectl(
    ...["get", "pods", "--namespace", namespace, "--selector", `${selector.join(",")},kit-e2e!=probe`],
    ...["--field-selector", "status.phase=Running", "--output", "jsonpath={.items[0].status.podIP}"],
  );
  const port = target.split(":")[1] ?? "";
  const { exitCode } = await tryKubectl(
    "",
    ...["exec", podName(probe), "--namespace", probes[probe].namespace, "--"],
    ...["node", "--eval", connect, addresses, port],
  );
  return exitCode === 0;
}

const connect = `const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1]);
socket.setTimeout(2000, () => process.exit(1)).on("error", () => process.exit(1)).on("connect", () => process.exit(0));`;

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
