import { describe, expect, test } from "vitest";
import { reachable, type Outsider, type Pod, type Policy, type Rule, type Selector } from "./reachability.ts";

const pod = (name: string, namespace = "app"): Pod => ({
  name,
  namespace,
  labels: { app: name },
  listens: [{ port: 80, protocol: "TCP", name: "http" }],
});
const [a, b, c] = [pod("a"), pod("b"), pod("c", "other")];
const world: Outsider = {
  name: "world",
  address: "203.0.113.7",
  listens: [{ port: 443, protocol: "TCP" }],
};

const policy = (spec: Policy["spec"], namespace = "app"): Policy => ({
  metadata: { name: "p", namespace },
  spec,
});
const into = (podSelector: Selector, ...ingress: Rule[]): Policy =>
  policy({ podSelector, policyTypes: ["Ingress"], ingress });
const outOf = (podSelector: Selector, ...egress: Rule[]): Policy =>
  policy({ podSelector, policyTypes: ["Egress"], egress });
const onlyA: Selector = { matchLabels: { app: "a" } };

/** Who reaches `a`, and whom `a` reaches. */
const table = (...policies: Policy[]): string[] =>
  reachable({ parties: [a, b, c, world], policies }).filter((line) => /\ba\b/.test(line));

const everything = [
  "a → b 80/TCP",
  "a → c 80/TCP",
  "a → world 443/TCP",
  "b → a 80/TCP",
  "c → a 80/TCP",
  "world → a 80/TCP",
];
const outgoing = everything.slice(0, 3);
const incoming = everything.slice(3);

describe("one policy", () => {
  test.each([
    ["none", [], everything],
    ["denies all that comes in", [into({})], outgoing.filter((line) => line !== "a → b 80/TCP")],
    [
      "denies all that goes out, of everybody in the namespace",
      [outOf({})],
      ["c → a 80/TCP", "world → a 80/TCP"],
    ],
    [
      "of another namespace decides nothing",
      [policy({ podSelector: {} }, "other")],
      everything.filter((line) => line !== "a → c 80/TCP"),
    ],
    ["that selects other pods decides nothing for them", [into({ matchLabels: { app: "z" } })], everything],
    ["without types and egress is about what comes in", [policy({ podSelector: onlyA })], outgoing],
    ["without types and with egress is about both", [policy({ podSelector: onlyA, egress: [] })], []],
    ["a rule without peers lets everybody in", [into(onlyA, {})], everything],
    ["a rule with an empty list of peers too", [into(onlyA, { from: [] })], everything],
    [
      "a pod selector means pods of the same namespace",
      [into(onlyA, { from: [{ podSelector: {} }] })],
      [...outgoing, "b → a 80/TCP"],
    ],
    [
      "a namespace selector means all of its pods",
      [into(onlyA, { from: [{ namespaceSelector: {} }] })],
      [...outgoing, "b → a 80/TCP", "c → a 80/TCP"],
    ],
    [
      "both together mean both",
      [
        into(onlyA, {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } },
              podSelector: { matchLabels: { app: "b" } },
            },
          ],
        }),
      ],
      outgoing,
    ],
    [
      "an address block means who is outside",
      [into(onlyA, { from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] })],
      [...outgoing, "world → a 80/TCP"],
    ],
    [
      "but for its holes",
      [into(onlyA, { from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] } }] })],
      outgoing,
    ],
    [
      "a port closes the others",
      [outOf(onlyA, { ports: [{ port: 443 }] })],
      ["a → world 443/TCP", ...incoming],
    ],
    [
      "a port can have the name that the pod gives it",
      [into(onlyA, { ports: [{ port: "http" }] })],
      everything,
    ],
    [
      "of another protocol opens nothing",
      [into(onlyA, { ports: [{ port: 80, protocol: "UDP" }] })],
      outgoing,
    ],
    ["a range of ports", [into(onlyA, { ports: [{ port: 1, endPort: 79 }] })], outgoing],
    ["a range of ports that holds it", [into(onlyA, { ports: [{ port: 79, endPort: 81 }] })], everything],
  ] as const)("%s", (_, policies, expected) => {
    expect(table(...policies)).toEqual([...expected].sort());
  });

  test.each([
    ["In", ["b"], ["b → a 80/TCP"]],
    ["NotIn", ["b"], []],
    ["Exists", [], ["b → a 80/TCP"]],
    ["DoesNotExist", [], []],
  ])("with the operator %s", (operator, values, expected) => {
    const podSelector = { matchExpressions: [{ key: "app", operator, values }] };
    expect(table(into(onlyA, { from: [{ podSelector }] }))).toEqual([...outgoing, ...expected]);
  });

  test("with an operator that does not exist is a mistake", () => {
    expect(() => table(into({ matchExpressions: [{ key: "app", operator: "Is" }] }))).toThrow("Is");
  });
});

test("several policies add up, and both ends must agree", () => {
  const fromB = { podSelector: { matchLabels: { app: "b" } } };
  const policies = [into({}), outOf({}), into(onlyA, { from: [fromB] })];
  expect(table(...policies)).toEqual([]);
  expect(table(...policies, outOf({ matchLabels: { app: "b" } }, { to: [{ podSelector: onlyA }] }))).toEqual([
    "b → a 80/TCP",
  ]);
});
