import { expect, it } from "vitest";
import { stacksOfNamespaces } from "./on-node.ts";

it("names each stack of a node once", () => {
  const names = ["demo-database", "demo-server", "my-server-database", "my-server-server"];
  expect(stacksOfNamespaces(names)).toEqual(["demo", "my-server"]);
  expect(stacksOfNamespaces([])).toEqual([]);
});
