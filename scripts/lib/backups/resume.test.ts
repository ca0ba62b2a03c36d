import { describe, expect, it } from "vitest";
import { decide, isOf, parseNote } from "./resume.ts";

const noted = "2026-11-24T10:00:00Z";
const other = "2026-11-24T09:00:00Z";
const note = { id: "a1", at: noted, serverReplicas: 2 };

describe("an interrupted restore", () => {
  it.each([
    // While the database is stopped, without a time it is the same restore.
    ["absent", true, noted, "resume"],
    ["running", true, noted, "resume"],
    ["succeeded", true, noted, "resume"],
    ["failed", true, noted, noted],
    ["absent", true, null, "resume"],
    ["running", true, null, "resume"],
    ["succeeded", true, null, "resume"],
    ["failed", true, null, noted],
    ["absent", true, other, other],
    ["running", true, other, "refuse"],
    ["succeeded", true, other, other],
    ["failed", true, other, other],
    // Once the database is in service again, without a time it is the newest moment.
    ["absent", false, noted, noted],
    ["succeeded", false, noted, "resume"],
    ["failed", false, noted, noted],
    ["absent", false, null, null],
    ["running", false, null, "resume"],
    ["succeeded", false, null, null],
    ["failed", false, null, null],
    ["absent", false, other, other],
  ] as const)("whose job is %s, database stopped: %s, asked for %s: %s", (job, stopped, asked, expected) => {
    expect(decide({ note, job, stopped }, asked)).toEqual(
      expected === "resume" || expected === "refuse"
        ? { action: expected, note }
        : { action: "start", at: expected, earlier: note },
    );
  });

  it("to the newest moment is not finished after the database was put back into service", () => {
    const newest = { ...note, at: null };
    for (const job of ["absent", "succeeded", "failed"] as const) {
      const decision = decide({ note: newest, job, stopped: false }, null);
      expect(decision).toEqual({ action: "start", at: null, earlier: newest });
    }
  });

  it.each([
    [undefined, undefined, true],
    [undefined, note, false],
    [note, note, true],
    [note, undefined, false],
    [note, { ...note, id: "b2" }, false],
  ])("%j: what was decided from it holds with %j: %s", (before, now, holds) => {
    for (const asked of [noted, null]) {
      const decision = decide({ note: before, job: "absent", stopped: true }, asked);
      expect(isOf(now, decision)).toBe(holds);
    }
  });

  it("that never was leaves nothing to decide", () => {
    const never = { note: undefined, job: "absent", stopped: false } as const;
    expect(decide(never, noted)).toEqual({ action: "start", at: noted });
    expect(parseNote(undefined)).toBeUndefined();
    expect(parseNote(JSON.stringify(note))).toEqual(note);
  });
});
