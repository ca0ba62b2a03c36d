import { describe, expect, it } from "vitest";
import { planText } from "./deploy.ts";

describe("a plan for people", () => {
  it("names what changes and sums up the rest", () => {
    const step = { op: "update", type: "kubernetes:apps/v1:Deployment", name: "edge", urn: "urn:edge" };
    const plan = { counts: { same: 30, update: 1 }, steps: [step], hasChanges: true };
    expect(planText(plan)).toBe("  update  edge  (kubernetes:apps/v1:Deployment)\n30 unchanged, 1 to update");
  });

  it("says when there is nothing to do", () => {
    expect(planText({ counts: {}, steps: [], hasChanges: false })).toBe("nothing to do");
  });
});
