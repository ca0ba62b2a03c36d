import { describe, expect, it } from "vitest";
import { proofState } from "./record.ts";

const images = { server: "s@1", postgres: "p@1" };
const loss = { images, moment: "2026-11-25T09:59:59.123456Z", count: 3, backup: "20261125-095900F" };
const restored = { recoveryPoint: null };
const proven = "2026-11-25T10:00:00Z";
const others = { ...images, postgres: "p@0" };

describe("the proof of a restore", () => {
  it.each([
    ["nothing was done yet", undefined, "to do"],
    ["the loss may have happened, the restore has not", loss, "to do"],
    ["the database was restored, the clients have not looked", { ...loss, restored }, "restored"],
    ["it was restored with other images", { ...loss, restored, images: others }, "to do"],
    ["it was proven with these images", { ...loss, restored, proven }, "done"],
    ["it was proven with other images", { ...loss, restored, proven, images: others }, "to do"],
  ])("when %s", (_name, record, state) => {
    expect(proofState(record, images)).toBe(state);
  });
});
