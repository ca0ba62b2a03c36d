import { expect, test } from "vitest";
import { modeFor } from "../sync/answer.ts";
import { formatRevision, isLost, parseRevision } from "./revisions.ts";

test("revisions travel as text", () => {
  const revision = { epoch: 3, number: 2823n };
  expect(formatRevision(revision)).toBe('[3,"2823"]');
  expect(parseRevision('[3,"2823"]')).toEqual(revision);
  for (const text of ["", "[3,2823]", '[3,"-1"]', '["3","1"]', `[1,"${"9".repeat(19)}"]`])
    expect(parseRevision(text), text).toBeUndefined();
});

/** The server was restored at revision 10, and is at 15 now. */
const epochs = [
  { epoch: 1, first: 1n },
  { epoch: 2, first: 11n },
];
const standing = { current: { epoch: 2, number: 15n }, epochs };

test.each([
  ["before the restore, still there", 1, 10n, false],
  ["before the restore, lost", 1, 11n, true],
  ["before the restore, beyond what is now", 1, 20n, true],
  ["after the restore", 2, 15n, false],
  ["after the restore, at what was kept", 2, 10n, false],
  ["in the future", 2, 16n, true],
  ["of an epoch that is not known", 3, 5n, true],
])("a revision seen %s: lost %#", (_what, epoch, number, lost) => {
  expect(isLost({ epoch, number }, standing.current, epochs)).toBe(lost);
});

test.each([
  [undefined, false, "anew"],
  ['[2,"12"]', false, "since"],
  ['[1,"12"]', false, "anew"],
  ['[1,"12"]', true, "drop"],
  ["nonsense", true, "drop"],
])("a client at %s (told to reset: %s) is served %s", (revision, told, mode) => {
  expect(modeFor(revision, standing, told)).toBe(mode);
});
