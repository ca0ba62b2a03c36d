import { expect, it } from "vitest";
import { clusterDns } from "../../../infra/peers.ts";
import { judgeCluster, type ClusterFacts } from "./cluster.ts";

const fast = { name: "fast", isDefault: true, canGrow: true };
const good: ClusterFacts = {
  version: { major: 1, minor: 34 },
  storageClasses: [fast],
  mayMakeNamespaces: true,
  hasGround: undefined,
};
const target = { kind: "kubernetes", kubeconfig: "/k", context: "production", dns: clusterDns } as const;
const edge = { kind: "edge" } as const;
const ingress = { kind: "ingress", className: "nginx", clients: [{ namespace: "ingress-nginx" }] } as const;

it.each([
  ["a good cluster", {}, {}, "pass", undefined],
  ["one that does not answer", { version: { says: "refused" } }, {}, "fail", "must answer"],
  ["an old one", { version: { major: 1, minor: 29 } }, {}, "fail", "must be Kubernetes 1.30 or newer"],
  [
    "no default class",
    { storageClasses: [{ ...fast, isDefault: false }] },
    {},
    "fail",
    "must have a default StorageClass",
  ],
  [
    "no class of that name",
    {},
    { target: { ...target, storageClass: "slow" } },
    "fail",
    "must have StorageClass slow",
  ],
  [
    "volumes that cannot grow",
    { storageClasses: [{ ...fast, canGrow: false }] },
    {},
    "warn",
    "must have a default StorageClass",
  ],
  ["a user without rights", { mayMakeNamespaces: false }, {}, "fail", "must let you make namespaces"],
  [
    "no class of the exposure",
    { hasGround: false },
    { exposure: ingress },
    "fail",
    "must have IngressClass nginx",
  ],
  [
    "no Gateway for a route",
    { hasGround: false },
    { exposure: { kind: "route", gateway: { name: "public", namespace: "gateways" }, clients: [] } },
    "fail",
    "must have Gateway public in namespace gateways",
  ],
  [
    "classes that the user may not look at",
    { storageClasses: "hidden" },
    {},
    "warn",
    "must have a default StorageClass",
  ],
  [
    "a Gateway that the user may not look at",
    { hasGround: "hidden" },
    { exposure: { kind: "route", gateway: { name: "public", namespace: "gateways" }, clients: [] } },
    "warn",
    "must have Gateway public in namespace gateways",
  ],
  ["the class of the exposure", { hasGround: true }, { exposure: ingress }, "pass", undefined],
] as const)("judges %s", (_name, facts, wanted, outcome, name) => {
  const checks = judgeCluster({ ...good, ...facts }, { target, exposure: edge, ...wanted });
  const wrong = checks.filter((check) => check.outcome !== "pass");
  expect(wrong.map((check) => check.name)).toEqual(name === undefined ? [] : [name]);
  expect(wrong[0]?.outcome ?? "pass").toBe(outcome);
});
