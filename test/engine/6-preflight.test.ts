// What `./kit preflight --stack` asks a cluster, answered by a real API server.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { parse, stringify } from "yaml";
import { namesOf } from "../../infra/naming.ts";
import { clusterDns } from "../../infra/peers.ts";
import { gatherCluster } from "../../scripts/lib/preflight/cluster.ts";
import { kubectlReading } from "./kubectl.ts";

const cluster = (context: string) => ({
  stack: "engine-preflight",
  kubeconfig: inject("kubeconfig"),
  context,
  ...namesOf("engine-preflight"),
});
const target = { kind: "kubernetes", kubeconfig: "/k", context: "control-plane", dns: clusterDns } as const;
const ingress = {
  kind: "ingress",
  className: "engine-preflight",
  clients: [{ namespace: "default" }],
} as const;

test("a cluster tells its version, StorageClasses, rights and classes", async () => {
  const before = await gatherCluster(cluster("control-plane"), { target, exposure: ingress });
  expect(before).toMatchObject({ version: { major: 1 }, mayMakeNamespaces: true, hasGround: false });
  const items = [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "engine-preflight" },
      provisioner: "example.com/none",
      allowVolumeExpansion: true,
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "engine-preflight" },
      spec: { controller: "example.com/none" },
    },
  ];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectlReading(list, "apply", "--filename", "-");
  try {
    const { storageClasses, hasGround } = await gatherCluster(cluster("control-plane"), {
      target,
      exposure: ingress,
    });
    expect(storageClasses).toContainEqual({ name: "engine-preflight", isDefault: false, canGrow: true });
    expect(hasGround).toBe(true);
  } finally {
    await kubectlReading(list, "delete", "--filename", "-");
  }
});

test("what the user may not look at is not taken for missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "engine-preflight-"));
  const kubeconfig = join(folder, "kubeconfig");
  const config = parse(await readFile(inject("kubeconfig"), "utf8")) as { users: { user: object }[] };
  const users = config.users.map((one) => ({ ...one, user: { ...one.user, as: "nobody" } }));
  await writeFile(kubeconfig, stringify({ ...config, users }));
  try {
    const facts = await gatherCluster(
      { ...cluster("control-plane"), kubeconfig },
      { target, exposure: ingress },
    );
    expect(facts).toMatchObject({
      storageClasses: "hidden",
      mayMakeNamespaces: false,
      hasGround: "hidden",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a context that is not there is told, not thrown", async () => {
  const { version } = await gatherCluster(cluster("nowhere"), { target, exposure: { kind: "edge" } });
  expect(version).toEqual({ says: expect.stringContaining("nowhere") as string });
});
