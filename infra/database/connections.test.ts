import { expect, test } from "vitest";
import { connectionsFor } from "./connections.ts";

test.each([
  [1, 64],
  [2, 75],
  [50, 603],
])("%d replicas need %d connections", (replicas, connections) => {
  expect(connectionsFor(replicas)).toBe(connections);
});
