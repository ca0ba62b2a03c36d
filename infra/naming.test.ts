import { expect, test } from "vitest";
import { labels, namesOf, selectorLabels } from "./naming.ts";

test("a stack has one namespace for the server and one for the database", () => {
  expect(namesOf("production")).toEqual({
    serverNamespace: "production-server",
    databaseNamespace: "production-database",
  });
});

test("every label that a selector looks for is on the object", () => {
  expect(labels("edge")).toMatchObject(selectorLabels("edge"));
});

test("the selector's labels stay what they are, since a Deployment's selector cannot be changed", () => {
  expect(selectorLabels("edge")).toEqual({
    "app.kubernetes.io/name": "edge",
    "app.kubernetes.io/instance": "edge",
  });
});
