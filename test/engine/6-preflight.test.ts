// What `./kit preflight --stack` asks a cluster, answered by a real API server.
import { expect, inject, test } from "vitest";
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

test("a context that is not there is told, not thrown", async () => {
  const { version } = await gatherCluster(cluster("nowhere"), { target, exposure: { kind: "edge" } });
  expect(version).toEqual({ says: expect.stringContaining("nowhere") as string });
});
