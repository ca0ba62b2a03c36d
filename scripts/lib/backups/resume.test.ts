import { describe, expect, it } from "vitest";
import { decide, parseNote } from "./resume.ts";

const note = { id: "a1", at: "2026-11-24T10:00:00Z", serverReplicas: 2 };

describe("an interrupted restore", () => {
  it.each([
    ["absent", note.at, "resume"],
    ["running", note.at, "resume"],
    ["succeeded", note.at, "resume"],
    ["failed", note.at, "replace"],
    ["absent", null, "resume"],
    ["running", null, "resume"],
    ["succeeded", null, "resume"],
    ["failed", null, "replace"],
    ["absent", "2026-11-24T09:00:00Z", "replace"],
    ["running", "2026-11-24T09:00:00Z", "refuse"],
    ["succeeded", "2026-11-24T09:00:00Z", "replace"],
    ["failed", "2026-11-24T09:00:00Z", "replace"],
  ] as const)("whose job is %s, asked for %s: %s", (job, at, action) => {
    expect(decide(note, job, at)).toEqual({ action, note });
  });

  it("that never was leaves nothing to decide", () => {
    expect(decide(undefined, "absent", note.at)).toEqual({ action: "start" });
    expect(parseNote(undefined)).toBeUndefined();
    expect(parseNote(JSON.stringify(note))).toEqual(note);
  });
});
