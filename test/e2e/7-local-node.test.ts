// The one-node Kubernetes of this machine, used as people and the other stories use it.
import { resolve4 } from "node:dns/promises";
import { readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildImages } from "../../scripts/lib/images/index.ts";
import { daemonNames } from "../../scripts/lib/local/daemons.ts";
import { loadImages, node, nodeStatus, type NodeStatus } from "../../scripts/lib/local/index.ts";
import { network, paths } from "../../scripts/lib/local/layout.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { loseFirewall } from "./support/firewall.ts";
import { apply, kit, kubectl } from "./support/kit.ts";
import { holdNode } from "./support/node-lock.ts";
import { openOutside } from "./support/outside.ts";
import { settled } from "./support/stack.ts";

const namespace = "e2e-local-node";
const here = ["--namespace", namespace];
const quiet = { waitingFor: () => undefined, note: () => undefined };

explainFailuresIn(namespace, "kube-system");
holdNode();

beforeAll(async () => {
  await kit("local", "start");
  const images = await buildImages(["server-evaluation"], quiet);
  await loadImages(images, quiet);
  await kubectl("delete", "namespace", namespace, "--ignore-not-found");
  await apply(...objects(images[0]?.reference ?? ""));
  await settled(namespace, "statefulset/keeper");
});

afterAll(async () => {
  await kubectl("delete", "namespace", namespace);
});

describe("the local node", () => {
  it("is ready and says so", async () => {
    const status = JSON.parse(await kit("local", "status", "--output", "json")) as NodeStatus;
    expect(status).toMatchObject({ schema: "kit/local-status/v1", state: "ready", context: "kit-local" });
    expect(await kubectl("get", "nodes", "--no-headers")).toMatch(/^kit-local +Ready /);
  });

  it("leads pods to each other by the name of their Service, and knows the outside names that the machine knows", async () => {
    await expectServiceAnswers();
    const known = await resolve4("example.com").then(
      () => "known",
      () => "unknown",
    );
    const ask = `require("dns").promises.resolve4("example.com").then(() => "known", () => "unknown").then(console.log)`;
    expect(await inPod(ask)).toBe(known);
  });

  it("leads pods to servers of this machine, at the node's address", async () => {
    const server = createServer((_, response) => response.end("from the machine"));
    await new Promise<void>((listening) => server.listen(0, node.address, listening));
    const { port } = server.address() as AddressInfo;
    const ask = `fetch("http://${node.address}:${port}").then((r) => r.text()).then(console.log)`;
    expect(await inPod(ask)).toBe("from the machine");
    server.close();
  });

  it("gives its own links to pods no address, whose coming and going would make browsers drop their connections", async () => {
    const links = [network.bridge, ...(await readdir(`/sys/class/net/${network.bridge}/brif`))];
    expect(links.length).toBeGreaterThan(1);
    const addresses = await readFile("/proc/net/if_inet6", "utf8").catch(() => "");
    const linksWithAddress = addresses.split("\n").map((line) => line.split(/\s+/).at(-1) ?? "");
    expect(linksWithAddress.filter((link) => links.includes(link))).toEqual([]);
  });

  it("serves node ports on this machine alone", async () => {
    const port = await kubectl(
      "get",
      "service",
      "door",
      ...here,
      "--output",
      "jsonpath={.spec.ports[0].nodePort}",
    );
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).toBe("keeper-0");
    await expect(fetch(`http://${node.address}:${port}/`)).rejects.toThrow("fetch failed");
  });

  it("keeps Secrets encrypted in etcd", async () => {
    const needle = "needle-in-etcd";
    await apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: meta("hidden"),
      stringData: { password: needle },
    });
    await apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: meta("open"),
      data: { text: "open-in-etcd" },
    });
    const files = await readEtcd();
    expect(files.some((file) => file.includes("open-in-etcd"))).toBe(true);
    expect(files.some((file) => file.includes(needle))).toBe(false);
    expect(files.some((file) => file.includes(Buffer.from(needle).toString("base64")))).toBe(false);
  });

  it("keeps volumes when a pod is deleted", async () => {
    await inPod(`fs.writeFileSync("/data/kept", "precious")`);
    await renewKeeper();
    expect(await readKept()).toBe("precious");
  });

  it("lets a claim grow", async () => {
    const claim = "persistentvolumeclaim/data-keeper-0";
    const grown = { spec: { resources: { requests: { storage: "20Mi" } } } };
    await kubectl("patch", claim, ...here, "--patch", JSON.stringify(grown));
    await kubectl(
      "wait",
      claim,
      ...here,
      "--for",
      "jsonpath={.status.capacity.storage}=20Mi",
      "--timeout",
      "180s",
    );
  });

  it("is not touched by a start when all of it runs", async () => {
    const before = await nodeStatus();
    await kit("local", "start");
    expect(await nodeStatus()).toEqual(before);
  });

  it.each([
    [["etcd", "kube-proxy", "network-policies"]],
    [["containerd", "kube-scheduler", "local-provisioner"]],
    [["kube-apiserver", "kube-controller-manager", "kubelet"]],
  ])("comes back when %j were killed, and the rest of it goes on", async (names) => {
    const before = await pids();
    await kill(...names);
    await kit("local", "start");
    const after = await pids();
    for (const name of daemonNames) {
      if (names.includes(name)) expect(after[name]).not.toBe(before[name]);
      else expect(after[name]).toBe(before[name]);
    }
  });

  it("comes back when all of it was killed and its pid files are lost, and pods go on", async () => {
    const started = () => inPod(`console.log(fs.readFileSync("/proc/1/stat", "utf8").split(" ")[21])`);
    const before = await started();
    // One is left that no pid file speaks of: it has the queue that its successor needs.
    await kill(...daemonNames.filter((name) => name !== "network-policies"));
    await rm(paths.pids, { recursive: true });
    expect((await nodeStatus()).state).toBe("degraded");
    await kit("local", "start");
    expect((await nodeStatus()).state).toBe("ready");
    expect(await started()).toBe(before);
  });

  it("lets no new connection through while nothing decides on NetworkPolicies", async () => {
    const ask = `fetch("http://keeper:8080/", { signal: AbortSignal.timeout(6000) }).then(() => "open", (e) => e.name).then((seen) => { console.log(seen); process.exit(); })`;
    // A kubelet that has just started calls pods ready once it has probed them.
    await expectServiceAnswers();
    await kill("network-policies");
    expect(await inPod(ask)).toBe("TimeoutError");
    await kit("local", "start");
    expect(await inPod(ask)).toBe("open");
  });

  it("sees that another program emptied the firewall, and leads to the NetworkPolicies and the outside again", async () => {
    const outside = await openOutside();
    onTestFinished(outside.close);
    const ask = `fetch("${outside.url}", { signal: AbortSignal.timeout(6000) }).then((r) => r.text(), String).then(console.log)`;
    expect(await inPod(ask)).toBe("from outside");
    await loseFirewall();
    expect(await nodeStatus()).toMatchObject({
      state: "degraded",
      policiesEnforced: false,
      podsMayPass: false,
    });
    await kit("local", "start");
    expect(await nodeStatus()).toMatchObject({ state: "ready", policiesEnforced: true, podsMayPass: true });
    expect(await inPod(ask)).toBe("from outside");
  });

  it("comes back when the way to containerd was removed", async () => {
    const before = await pids();
    await rm(paths.socket);
    await kit("local", "start");
    expect((await pids())["containerd"]).not.toBe(before["containerd"]);
  });

  it("does its work after all that", async () => {
    await renewKeeper();
    expect(await readKept()).toBe("precious");
    await expectServiceAnswers();
  });
});

const meta = (name: string) => ({ name, namespace });

async function inPod(script: string): Promise<string> {
  return (await kubectl("exec", "keeper-0", ...here, "--", "node", "--eval", script)).trim();
}

/** Waits for the pod itself: what its controller says may be of before the deletion. */
async function renewKeeper(): Promise<void> {
  await kubectl("delete", "pod", "keeper-0", ...here);
  for (const state of ["create", "condition=Ready"])
    await kubectl("wait", "pod/keeper-0", ...here, "--for", state, "--timeout", "180s");
}

/** A pod that has just become ready is reached by its Service once kube-proxy has heard of it. */
async function expectServiceAnswers(): Promise<void> {
  const ask = `fetch("http://keeper:8080/").then((r) => r.text(), String).then(console.log)`;
  await expect.poll(() => inPod(ask), { timeout: 60_000, interval: 500 }).toBe("keeper-0");
}

/** Kills programs of the node, which must run. */
async function kill(...names: readonly string[]): Promise<void> {
  const found = await pids();
  for (const name of names) {
    const pid = found[name];
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, "SIGKILL");
  }
}

const readKept = (): Promise<string> => inPod(`console.log(fs.readFileSync("/data/kept", "utf8"))`);

async function pids(): Promise<Record<string, number | undefined>> {
  return Object.fromEntries((await nodeStatus()).parts.map(({ name, pid }) => [name, pid]));
}

async function readEtcd(): Promise<Buffer[]> {
  const entries = await readdir(paths.etcd, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))),
  );
}

const server = `
  process.on("SIGTERM", () => process.exit(0));
  require("http").createServer((_, r) => r.end(require("os").hostname())).listen(8080);
`;

function objects(image: string): object[] {
  const labels = { app: "keeper" };
  const port = { port: 8080 };
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("keeper"),
      spec: { selector: labels, ports: [port] },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("door"),
      spec: { type: "NodePort", selector: labels, ports: [port] },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: meta("keeper"),
      spec: {
        serviceName: "keeper",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(image) },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Mi" } } },
          },
        ],
      },
    },
  ];
}

const podSpec = (image: string) => ({
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    fsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [
    {
      name: "keeper",
      image,
      command: ["node", "--eval", server],
      readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    },
  ],
});
