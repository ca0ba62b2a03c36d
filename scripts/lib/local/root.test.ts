import { expect, it } from "vitest";
import { requireRoot } from "./root.ts";

it("lets nobody but root see or change the node", () => {
  expect(() => requireRoot(0)).not.toThrow();
  expect(() => requireRoot(1000)).toThrow("root's alone");
});
