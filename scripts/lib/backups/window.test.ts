import { describe, expect, it } from "vitest";
import { parseMoment } from "./moment.ts";
import { type Backup, type Branch, type Repository, parseInspection, parseLsn } from "./repository.ts";
import { describeWindow, requireInside, requireWindow, restorableWindow, restorePoint } from "./window.ts";

const at = (time: string) => new Date(`2026-11-24T${time}Z`);

function backup(label: string, stop: string, lsn: string, extra: Partial<Backup> = {}): Backup {
  return {
    label,
    type: "incr",
    start: at(stop),
    stop: at(stop),
    timeline: 1,
    stopLsn: parseLsn(lsn),
    databaseBytes: 1,
    repositoryBytes: 1,
    broken: false,
    ...extra,
  };
}

function repository(backups: Backup[], branches: Branch[] = [], newestCommit?: string): Repository {
  return {
    backups,
    branches,
    newestWal: undefined,
    newestCommit: newestCommit === undefined ? undefined : at(newestCommit),
    gaps: [],
    key: { generation: 1, provider: "age", recipient: "age1a", escrow: [], fingerprint: "" },
    dataFreeBytes: 0,
    repositoryFreeBytes: 0,
    unarchived: "",
  };
}

const full = backup("F", "10:00:00", "0/1000", { type: "full" });

describe("the restorable window", () => {
  it("reaches from the oldest full backup to just before the newest commit that is archived", () => {
    const held = repository([backup("I", "11:00:00", "0/2000"), full], [], "12:00:00");
    expect(restorableWindow(held)).toEqual({ from: at("10:00:01"), to: at("11:59:59.999") });
  });

  it("does not exist without a sound full backup and a commit", () => {
    expect(restorableWindow(repository([full]))).toBeUndefined();
    expect(restorableWindow(repository([], [], "12:00:00"))).toBeUndefined();
    expect(restorableWindow(repository([{ ...full, broken: true }], [], "12:00:00"))).toBeUndefined();
    expect(() => requireWindow(undefined, "office")).toThrow(/no backup/);
  });

  it.each([
    ["2026-11-24T10:00:00Z", false],
    ["2026-11-24T10:00:01Z", true],
    ["2026-11-24T12:00:00+01:00", true],
    ["2026-11-24T11:59:59.999Z", true],
    ["2026-11-24T12:00:00Z", false],
    ["2027-11-24T11:58:00Z", false],
  ])("%s lies inside: %s", (text, inside) => {
    const window = requireWindow(restorableWindow(repository([full], [], "12:00:00")), "office");
    const check = () => requireInside(window, parseMoment(text), "office", text);
    if (inside) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ exit: "usage" }));
  });

  it("says when it is not open yet", () => {
    expect(describeWindow({ from: at("10:00:01"), to: at("09:58:00") })).toMatch(/opens when/);
  });
});

/*  1 ──F──A───fork 0/2800───B───C      12:00 restored to before B, on as timeline 2
 *             └── 2 ──D──fork 0/4000   15:00 restored, on as timeline 3 (from 2)
 *                        └── 3                                                    */
describe("where a restore starts", () => {
  const held = repository(
    [
      full,
      backup("A", "10:30:00", "0/2000"),
      backup("B", "11:00:00", "0/3000"),
      backup("C", "11:30:00", "0/3800"),
      backup("D", "13:00:00", "0/3000", { timeline: 2 }),
      backup("E", "14:00:00", "0/5000", { timeline: 2 }),
    ],
    [
      { timeline: 2, parent: 1, forkLsn: parseLsn("0/2800"), since: at("12:00:00") },
      { timeline: 3, parent: 2, forkLsn: parseLsn("0/4000"), since: at("15:00:00") },
    ],
  );

  it.each<[string | undefined, string, number, string]>([
    ["10:10:00", "F", 1, "before anything was restored"],
    ["10:30:00.500", "F", 1, "within the second in which A ended"],
    ["11:15:00", "B", 1, "on a history that was left behind later"],
    ["11:45:00", "C", 1, "on its last stretch"],
    ["12:30:00", "A", 2, "after the first restore: B and C lie past the fork"],
    ["13:30:00", "D", 2, "with a backup of its own"],
    ["14:30:00", "E", 2, "later on it"],
    ["15:30:00", "D", 3, "after the second restore: E lies past the fork"],
    [undefined, "D", 3, "the newest moment"],
  ])("%s starts from %s on timeline %i: %s", (moment, label, timeline) => {
    const point = restorePoint(held, moment === undefined ? undefined : at(moment), "office");
    expect([point.backup.label, point.timeline]).toEqual([label, timeline]);
  });

  it("the newest moment is on the newest history, whatever the times of a copied repository say", () => {
    const copied = at("16:00:00");
    const branches = [3, 2].map((timeline) => ({
      ...(held.branches[timeline - 2] as Branch),
      since: timeline === 3 ? copied : at("16:00:01"),
    }));
    expect(restorePoint({ ...held, branches }, undefined, "office").timeline).toBe(3);
    expect(restorePoint({ ...held, branches }, at("13:30:00"), "office").timeline).toBe(2);
  });

  it("never starts from a broken backup, nor from one that ended after the moment", () => {
    const broken = repository([full, backup("A", "10:30:00", "0/2000", { broken: true })]);
    expect(restorePoint(broken, at("11:00:00"), "office").backup.label).toBe("F");
    expect(() => restorePoint(broken, at("10:00:00"), "office")).toThrow(/no backup leads to/);
  });
});

describe("missing WAL", () => {
  const gap = {
    timeline: 1,
    after: "000000010000000000000022",
    before: "000000010000000000000028",
    afterTime: at("11:10:00"),
    lsn: parseLsn("0/23000000"),
  };
  const before = backup("F", "11:00:00", "0/22000100", { type: "full" });
  const behind = backup("I", "11:30:00", "0/28000100");

  it.each<[string | undefined, Backup[], string]>([
    ["11:10:00", [before], "F"],
    ["11:10:01", [before], "refused"],
    [undefined, [before], "refused"],
    ["11:20:00", [before, behind], "refused"],
    ["11:40:00", [before, behind], "I"],
    [undefined, [before, behind], "I"],
  ])("on the way to %s (%#)", (moment, backups, expected) => {
    const restore = () =>
      restorePoint(
        { ...repository(backups), gaps: [gap] },
        moment === undefined ? undefined : at(moment),
        "office",
      );
    if (expected === "refused") expect(restore).toThrow(/WAL is missing/);
    else expect(restore().backup.label).toBe(expected);
  });

  it("on a history that was left before the gap does not matter", () => {
    const branch = { timeline: 2, parent: 1, forkLsn: parseLsn("0/22800000"), since: at("12:00:00") };
    const held = { ...repository([before], [branch]), gaps: [gap] };
    expect(restorePoint(held, at("12:30:00"), "office").timeline).toBe(2);
  });
});

describe("the image's inspection", () => {
  it("is read into what the kit works with", () => {
    const told = {
      archive: { start: "0000000A0000000000000002", stop: "0000000A0000000000000002" },
      error: false,
      info: { delta: 31452001, repository: { delta: 3823128 }, size: 31452001 },
      label: "20261124-130434F",
      lsn: { start: "0/2000028", stop: "1/2000528" },
      prior: null,
      timestamp: { start: 1795525474, stop: 1795525475 },
      type: "full",
    };
    const read = parseInspection({
      backups: [
        told,
        { ...told, label: "20261125-130434F", error: true },
        { ...told, label: "20261125-130434F_20261125-140434I", prior: "20261125-130434F", type: "incr" },
      ],
      envelope: {
        version: 1,
        generation: 1,
        kek: { provider: "age", recipient: "age1k" },
        escrow: [{ recipient: "age1e" }],
        fingerprint: "f",
      },
      timelines: [{ timeline: "0000000A", parent: 1, forkLsn: "0/607E810", since: 1795525592 }],
      newestWal: 1795525600,
      newestCommit: "2026-11-24T13:06:39.123456Z",
      gaps: [
        {
          after: "000000010000000100000002",
          before: "000000010000000100000009",
          afterTime: 5,
          beforeTime: 6,
        },
      ],
      freeBytes: 10,
      repositoryFreeBytes: 20,
      unarchived: "",
    });
    expect(read.backups[0]).toMatchObject({ timeline: 10, stopLsn: 0x1_02000528n, repositoryBytes: 3823128 });
    expect(read.backups.map(({ broken }) => broken)).toEqual([false, true, true]);
    expect(read.branches[0]).toMatchObject({ timeline: 10, parent: 1, forkLsn: 0x607e810n });
    expect(read.gaps[0]).toMatchObject({ timeline: 1, lsn: 0x1_03000000n });
    expect(read.key).toEqual({
      generation: 1,
      provider: "age",
      recipient: "age1k",
      escrow: ["age1e"],
      fingerprint: "f",
    });
    expect(read).toMatchObject({ dataFreeBytes: 10, unarchived: "", newestWal: at("13:06:40") });
    expect(read.newestCommit).toEqual(at("13:06:39.123"));
  });

  it("is said to be of another version where it cannot be read", () => {
    expect(() => parseInspection({ backups: [] })).toThrow(
      expect.objectContaining({ why: expect.stringContaining("another version of the kit") as string }),
    );
  });
});
