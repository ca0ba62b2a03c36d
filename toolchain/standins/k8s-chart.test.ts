import { expect, test } from "vitest";
import { parseObjects } from "./k8s-chart.ts";

test("Lists are opened and empty documents left out", () => {
  const text = [
    "# a comment only",
    "kind: ConfigMap\nmetadata: { name: a }",
    "kind: List\nitems:\n  - kind: Secret\n    metadata: { name: b }\n  - kind: Service\n    metadata: { name: c }",
    "",
  ].join("\n---\n");
  expect(parseObjects(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "ConfigMap a",
    "Secret b",
    "Service c",
  ]);
});
