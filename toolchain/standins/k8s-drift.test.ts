import { expect, test } from "vitest";
import { driftedInputs, importedInputs } from "./k8s-drift.ts";

const input = { spec: { replicas: 2, cpu: "0.01", list: [1, 2] } };

test.each([
  [
    "what the API server writes another way is no drift",
    { cpu: "10m", replicas: 2 },
    { cpu: "10m", replicas: 2 },
    {},
  ],
  ["an edit is", { cpu: "10m", replicas: 5 }, { cpu: "10m", replicas: 2 }, { replicas: 5 }],
  [
    "a key that the inputs do not name is not",
    { cpu: "10m", replicas: 2, more: 1 },
    { cpu: "10m", replicas: 2 },
    {},
  ],
])("%s", (_, live, applied, drift) => {
  const list = [1, 2];
  const found = driftedInputs(input, { spec: { list, ...live } }, { spec: { list, ...applied } });
  expect(found).toEqual({ spec: { ...input.spec, ...drift } });
});

test("a key that is gone is drift", () => {
  const found = driftedInputs(
    input,
    { spec: { cpu: "10m" } },
    { spec: { cpu: "10m", replicas: 2, list: [1, 2] } },
  );
  expect(found).toEqual({ spec: { cpu: "0.01" } });
});

test("a list of another length is taken as it is", () => {
  const live = { spec: { ...input.spec, list: [1] } };
  expect(driftedInputs(input, live, input)).toEqual(live);
});

test("an imported object is its own input, without what the API server adds", () => {
  const live = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", uid: "1", resourceVersion: "2", managedFields: [] },
    data: { a: "b" },
    status: {},
  };
  expect(importedInputs(live)).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { a: "b" },
  });
});
