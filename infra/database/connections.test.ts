import { expect, test } from "vitest";
import { connectionsFor } from "./connections.ts";

test.each([
  [1, 68],
  [2, 80],
  [50, 656],
])("%d replicas need %d connections", (replicas, connections) => {
  expect(connectionsFor(replicas)).toBe(connections);
});
