import { describe, expect, it } from "vitest";
import { proofState } from "./record.ts";

const images = { server: "s@1", postgres: "p@1" };
const proven = { at: "2026-11-25T10:00:00Z", backup: "20261125-095900F", recoveryPoint: null };
const moment = "2026-11-25T09:59:59.123456Z";

describe("the proof of a restore", () => {
  it.each([
    ["nothing was done yet", undefined, "to do"],
    ["the loss may have happened, the proof has not", { images, moment }, "interrupted"],
    ["it was proven with these images", { images, moment, proven }, "done"],
    ["it was proven with other images", { images: { ...images, postgres: "p@0" }, moment, proven }, "to do"],
  ])("when %s", (_name, record, state) => {
    expect(proofState(record, images)).toBe(state);
  });
});
