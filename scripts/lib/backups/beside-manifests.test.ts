import { describe, expect, it } from "vitest";
import { besideManifests, besideName, type Originals } from "./beside-manifests.ts";

const labels = { "app.kubernetes.io/name": "postgres", "app.kubernetes.io/instance": "postgres" };
const metadata = (name: string) => ({ name, namespace: "db", labels, resourceVersion: "7", uid: "u" });
const container = (name: string) => ({
  name,
  volumeMounts: [{ name: "data" }, { name: "repository", mountPath: "/repository" }],
});

const originals: Originals = {
  statefulSet: {
    metadata: metadata("postgres"),
    spec: {
      template: {
        metadata: { labels },
        spec: {
          initContainers: [container("data-key-ensure")],
          containers: [container("postgres"), container("pgbackrest"), container("keeper")],
          volumes: [{ name: "data" }, { name: "repository" }],
        },
      },
    },
  },
  service: { metadata: metadata("postgres"), spec: { ports: [] } },
  policy: { metadata: metadata("postgres"), spec: { policyTypes: ["Ingress"] } },
  claim: {
    metadata: metadata("data-postgres-0"),
    spec: { volumeName: "pv-1", accessModes: ["ReadWriteOnce"] },
  },
  restore: {
    spec: {
      jobTemplate: {
        spec: {
          template: {
            spec: {
              initContainers: [container("data-key-unwrap")],
              containers: [container("restore")],
              volumes: [],
              affinity: { podAffinity: {} },
            },
          },
        },
      },
    },
  },
};

describe("a copy beside the database", () => {
  const text = JSON.stringify(besideManifests(originals, "check", { KIT_RESTORE_ID: "r" }));
  const [claim, policy, service, statefulSet] = JSON.parse(text) as [object, object, object, object];

  it("has its own volume and name, and nothing of the original's identity", () => {
    expect(claim).toMatchObject({ metadata: { name: "data-postgres-check-0", namespace: "db" } });
    expect(claim).not.toHaveProperty("spec.volumeName");
    expect(service).toMatchObject({ spec: { selector: { "app.kubernetes.io/instance": "postgres-check" } } });
    expect(policy).toMatchObject({
      spec: { podSelector: { matchLabels: { "app.kubernetes.io/instance": "postgres-check" } } },
    });
    expect(text).not.toMatch(/resourceVersion/);
  });

  it("goes when the database goes that it is a copy of", () => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "postgres", uid: "u" }];
    for (const object of [claim, policy, service, statefulSet])
      expect(object).toHaveProperty("metadata.ownerReferences", ownerReferences);
    expect(text.split('"uid"')).toHaveLength(5);
  });

  it("restores before it starts, and can never write to the repository nor make a key", () => {
    const pod = (statefulSet as { spec: { template: { spec: Record<string, { name: string }[]> } } }).spec
      .template.spec;
    expect(pod["initContainers"]?.map(({ name }) => name)).toEqual(["data-key-unwrap", "restore"]);
    expect(pod["initContainers"]?.[1]).toMatchObject({ env: [{ name: "KIT_RESTORE_ID", value: "r" }] });
    expect(pod["containers"]?.map(({ name }) => name)).toEqual(["postgres", "keeper"]);
    for (const container of pod["containers"] ?? []) {
      expect(container).toMatchObject({
        env: [{ name: "KIT_ARCHIVING", value: "off" }],
        volumeMounts: [{ name: "data" }, { name: "repository", readOnly: true }],
      });
    }
    expect(pod["volumes"]?.[0]).toEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "data-postgres-check-0" },
    });
  });

  it.each(["", "Check", "a_b", "-a", "a-", "1a", "a".repeat(33), "a.b", "backup", "isolated"])(
    "cannot be named %j",
    (name) => {
      expect(() => besideName(name)).toThrow(expect.objectContaining({ exit: "usage" }));
    },
  );
});
