// Rules of the official provider that a stand-in must not soften: a tolerant one would hide outages.
import { describe, expect, test } from "vitest";
import type { Manifest } from "./k8s-object.ts";
import { completeInputs, planChanges } from "./k8s-plan.ts";
import { unknown, type JsonObject } from "./values.ts";

const mutable = { enableConfigMapMutable: "true", enableSecretMutable: "true" };
const object = (apiVersion: string, kind: string, rest: JsonObject = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "app" },
  ...rest,
});

describe("a ConfigMap or Secret with other data", () => {
  test.each([
    ["ConfigMap", {}, true],
    ["ConfigMap", { enableConfigMapMutable: "false" }, true],
    ["ConfigMap", { enableSecretMutable: "true" }, true],
    ["ConfigMap", mutable, false],
    ["Secret", {}, true],
    ["Secret", { enableConfigMapMutable: "true" }, true],
    ["Secret", mutable, false],
  ])("%s with the provider's settings %j is replaced: %s", (kind, settings, replaced) => {
    const before = object("v1", kind, { data: { key: "old" } });
    const after = object("v1", kind, { data: { key: "new" } });
    const plan = planChanges(before, after, settings);
    expect(plan.changes.map(({ path }) => path)).toEqual(["data.key"]);
    expect(plan).toMatchObject({ replacing: replaced ? ["data.key"] : [], deleteFirst: replaced });
  });

  test("that is immutable is replaced even then", () => {
    const before = object("v1", "ConfigMap", { data: { key: "old" }, immutable: true });
    const after = object("v1", "ConfigMap", { data: { key: "new" }, immutable: true });
    expect(planChanges(before, after, mutable).replacing).toEqual(["data.key"]);
  });

  test("and a name made by Pulumi is replaced without an outage", () => {
    const metadata = { name: "web-1", namespace: "app", annotations: { "pulumi.com/autonamed": "true" } };
    const before = object("v1", "ConfigMap", { metadata, data: { key: "old" } });
    const after = object("v1", "ConfigMap", { metadata, data: { key: "new" } });
    expect(planChanges(before, after, {})).toMatchObject({ replacing: ["data.key"], deleteFirst: false });
  });
});

test("a Deployment whose whole spec becomes unknown is replaced, since its selector may change", () => {
  const before = object("apps/v1", "Deployment", {
    spec: { replicas: 1, selector: { matchLabels: { a: "b" } } },
  });
  const after = object("apps/v1", "Deployment", { spec: unknown });
  expect(planChanges(before, after, mutable).replacing).toEqual(["spec"]);
});

describe("what is replaced and what is updated", () => {
  test.each([
    ["apps/v1", "Deployment", "selector", true],
    ["apps/v1", "Deployment", "replicas", false],
    ["apps/v1", "Deployment", "template", false],
    ["apps/v1", "DaemonSet", "selector", true],
    ["apps/v1", "StatefulSet", "selector", true],
    ["apps/v1", "StatefulSet", "serviceName", true],
    ["apps/v1", "StatefulSet", "volumeClaimTemplates", true],
    ["apps/v1", "StatefulSet", "podManagementPolicy", true],
    ["apps/v1", "StatefulSet", "revisionHistoryLimit", true],
    ["apps/v1", "StatefulSet", "replicas", false],
    ["apps/v1", "StatefulSet", "template", false],
    ["batch/v1", "Job", "template", true],
    ["batch/v1", "Job", "completions", true],
    ["batch/v1", "Job", "parallelism", true],
    ["batch/v1", "Job", "backoffLimit", false],
    ["batch/v1", "CronJob", "jobTemplate", false],
    ["v1", "PersistentVolumeClaim", "accessModes", true],
    ["v1", "PersistentVolumeClaim", "storageClassName", true],
    ["v1", "PersistentVolumeClaim", "volumeName", true],
    ["v1", "PersistentVolumeClaim", "selector", true],
    ["v1", "PersistentVolumeClaim", "resources", false],
    ["v1", "Service", "clusterIP", true],
    ["v1", "Service", "ports", false],
    ["v1", "Pod", "containers", true],
    ["v1", "Pod", "activeDeadlineSeconds", false],
    ["networking.k8s.io/v1", "NetworkPolicy", "ingress", false],
  ])("%s %s spec.%s: %s", (apiVersion, kind, field, replaced) => {
    const before = object(apiVersion, kind, { spec: { [field]: "old" } });
    const after = object(apiVersion, kind, { spec: { [field]: "new" } });
    expect(planChanges(before, after, mutable).replacing).toEqual(replaced ? [`spec.${field}`] : []);
  });

  test.each([
    ["v1", "Secret", { type: "old" }, { type: "new" }, ["type"]],
    [
      "rbac.authorization.k8s.io/v1",
      "RoleBinding",
      { roleRef: { name: "a" } },
      { roleRef: { name: "b" } },
      ["roleRef.name"],
    ],
    ["storage.k8s.io/v1", "StorageClass", { provisioner: "a" }, { provisioner: "b" }, ["provisioner"]],
    [
      "storage.k8s.io/v1",
      "StorageClass",
      { allowVolumeExpansion: false },
      { allowVolumeExpansion: true },
      [],
    ],
  ])("%s %s from %j to %j", (apiVersion, kind, before, after, replacing) => {
    const plan = planChanges(object(apiVersion, kind, before), object(apiVersion, kind, after), mutable);
    expect(plan.replacing).toEqual(replacing);
  });

  test("another name or namespace is another object, and the old one goes last", () => {
    const before = object("v1", "ConfigMap");
    const after = object("v1", "ConfigMap", { metadata: { name: "web", namespace: "other" } });
    expect(planChanges(before, after, mutable)).toMatchObject({
      replacing: ["metadata.namespace"],
      deleteFirst: false,
    });
  });

  test("labels are changed in place", () => {
    const before = object("apps/v1", "Deployment");
    const after = object("apps/v1", "Deployment", {
      metadata: { name: "web", namespace: "app", labels: { a: "b" } },
    });
    expect(planChanges(before, after, mutable).replacing).toEqual([]);
  });

  test("what the program ignores is no change", () => {
    const before = object("apps/v1", "Deployment", { spec: { replicas: 1 } });
    const after = object("apps/v1", "Deployment", { spec: { replicas: 5 } });
    expect(planChanges(before, after, mutable, ["spec.replicas"]).changes).toEqual([]);
  });
});

describe("inputs as they are kept", () => {
  const context = {
    token: "kubernetes:core/v1:Secret",
    previous: {},
    proposeName: () => "web-1a2b",
    namespace: "app",
  };

  test("have type, namespace and name, and a Secret's texts in base64", () => {
    expect(completeInputs({ metadata: { name: "s" }, stringData: { key: "text" } }, context)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "app" },
      data: { key: Buffer.from("text").toString("base64") },
    });
  });

  test("keep a Secret's texts that are not known yet", () => {
    const inputs = completeInputs({ metadata: { name: "s" }, stringData: { key: unknown } }, context);
    expect(inputs["stringData"]).toEqual({ key: unknown });
  });

  test("get a name where there is none, and keep it", () => {
    const first = completeInputs({}, context);
    expect(first["metadata"]).toMatchObject({
      name: "web-1a2b",
      annotations: { "pulumi.com/autonamed": "true" },
    });
    const second = completeInputs({}, { ...context, previous: first, proposeName: () => "web-3c4d" });
    expect(second["metadata"]).toMatchObject({ name: "web-1a2b" });
  });
});
