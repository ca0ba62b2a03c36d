import { describe, expect, it } from "vitest";
import { formatAge } from "./age.ts";
import type { KeyStatus } from "../keys/status.ts";
import type { BackupFacts, Facts, Schedule } from "./facts.ts";
import { judge } from "./judge.ts";

const now = new Date("2026-11-25T12:00:00Z");
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);

const healthyBackups: BackupFacts = {
  newest: { label: "20261125-110000F", type: "full", stop: before(3600) },
  newestFull: { stop: before(3600) },
  count: 1,
  newestWal: before(30),
  archivedUntil: before(60),
  hasGaps: false,
  broken: 0,
  roomLeft: 1024,
};

const healthyKeys: KeyStatus = {
  generation: 1,
  provider: "age",
  recipient: "age1k",
  escrow: ["age1a", "age1b"],
  fingerprint: "ff",
  missing: [],
  unnamed: [],
};

const weekly: Schedule = {
  name: "backup-full",
  cron: "0 2 * * 0",
  timezone: "Etc/UTC",
  suspended: false,
  lastStarted: before(7200),
  lastSucceeded: before(7100),
};
const hourly: Schedule = { ...weekly, name: "backup-incremental", cron: "30 * * * *" };

const healthy: Facts = {
  stack: "office",
  url: "https://dexie.example.com",
  parts: [{ name: "server", ready: 2, wanted: 2 }],
  restore: undefined,
  schedules: [weekly],
  certificates: [{ name: "edge", end: before(-100 * 86_400), byKit: true }],
  backups: healthyBackups,
  keys: healthyKeys,
  standIns: [],
};

const backups = (changed: Partial<BackupFacts>): Partial<Facts> => ({
  backups: { ...healthyBackups, ...changed },
});
const keys = (changed: Partial<KeyStatus>): Partial<Facts> => ({ keys: { ...healthyKeys, ...changed } });
const schedule = (lastStarted: Date | undefined, lastSucceeded: Date | undefined): Partial<Facts> => ({
  schedules: [{ ...weekly, lastStarted, lastSucceeded }],
});
/** With the newest backup of so long ago. */
const aged = (schedule: Schedule, seconds: number): Partial<Facts> => ({
  schedules: [schedule],
  ...backups({
    newest: { label: "I", type: "incr", stop: before(seconds) },
    newestFull: { stop: before(seconds) },
  }),
});
const day = 86_400;

describe("how a stack stands", () => {
  it("is ok when everything is", () => {
    const findings = judge(healthy, now);
    expect(findings.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    expect(findings.find(({ part }) => part === "backups")?.says).toBe(
      "1, newest 20261125-110000F (full) of 1 h ago, 1.0 KiB left",
    );
  });

  it.each<[string, Partial<Facts>, string, string]>([
    ["a pod is missing", { parts: [{ name: "server", ready: 1, wanted: 2 }] }, "server", "warning"],
    ["no pod is ready", { parts: [{ name: "server", ready: 0, wanted: 2 }] }, "server", "bad"],
    ["a part is scaled to nothing", { parts: [{ name: "server", ready: 0, wanted: 0 }] }, "server", "bad"],
    ["the database does not answer", { backups: undefined }, "backups", "bad"],
    ["there is no backup", backups({ newest: undefined }), "backups", "bad"],
    ["a backup has broken pages", backups({ broken: 1 }), "backups", "bad"],
    ["WAL stands still", backups({ newestWal: before(181) }), "archived WAL", "bad"],
    ["WAL is missing", backups({ hasGaps: true }), "archived WAL", "bad"],
    ["a backup never ran", schedule(undefined, undefined), "backup-full", "ok"],
    ["a backup runs", schedule(before(60), before(90_000)), "backup-full", "ok"],
    ["a backup failed", schedule(before(3601), before(90_000)), "backup-full", "bad"],
    ["a backup never succeeded", schedule(before(3601), undefined), "backup-full", "bad"],
    // Now is a Wednesday, 12:00.
    ["a full backup missed one Sunday", aged(weekly, 10.2 * day), "backup-full", "ok"],
    ["a full backup missed two Sundays", aged(weekly, 11 * day), "backup-full", "bad"],
    [
      "the clock's zone puts that Sunday later",
      aged({ ...weekly, timezone: "Pacific/Honolulu" }, 10.2 * day),
      "backup-full",
      "bad",
    ],
    ["hourly backups go on", aged(hourly, 5_300), "backup-incremental", "ok"],
    ["hourly backups have stopped", aged(hourly, 5_500), "backup-incremental", "bad"],
    ["a backup is suspended", { schedules: [{ ...weekly, suspended: true }] }, "backup-full", "bad"],
    ["a restore was cut off", { restore: { at: null, stopped: true } }, "restore", "bad"],
    [
      "a restore was forgotten",
      { restore: { at: "2026-11-24T10:00:00Z", stopped: false } },
      "restore",
      "warning",
    ],
    ["the keys are unknown", { keys: undefined }, "keys", "bad"],
    ["an escrow recipient is missing", keys({ missing: ["age1c"] }), "keys", "bad"],
    ["a former recipient is left", keys({ unnamed: ["age1z"] }), "keys", "warning"],
    [
      "a certificate ends soon",
      { certificates: [{ name: "edge", end: before(-86_400), byKit: true }] },
      "certificate edge",
      "warning",
    ],
    [
      "a certificate has ended",
      { certificates: [{ name: "edge", end: before(1), byKit: true }] },
      "certificate edge",
      "bad",
    ],
  ])("when %s", (_name, changed, part, verdict) => {
    const finding = judge({ ...healthy, ...changed }, now).find((candidate) => candidate.part === part);
    expect(finding?.verdict).toBe(verdict);
  });

  it.each([
    [true, "ended on 2026-11-25: ./kit certificates renew"],
    [false, "ended on 2026-11-25: it is your own, set a newer one in `certificates`"],
  ])("says who makes a newer certificate; by the kit: %j", (byKit, says) => {
    const certificates = [{ name: "edge", end: before(1), byKit }];
    const findings = judge({ ...healthy, certificates }, now);
    expect(findings.find(({ part }) => part === "certificate edge")?.says).toBe(says);
  });

  it("names the stand-ins", () => {
    const findings = judge({ ...healthy, standIns: ["pulumi-resource-kubernetes"] }, now);
    expect(findings.at(-1)?.says).toContain("pulumi-resource-kubernetes");
  });
});

describe("an age", () => {
  it.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3_599, "59 min"],
    [3_600, "1 h"],
    [86_400, "1 d"],
    [-5, "0 s"],
  ])("of %i s is %s", (seconds, text) => {
    expect(formatAge(before(seconds), now)).toBe(text);
  });
});
