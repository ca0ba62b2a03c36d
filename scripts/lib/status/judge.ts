import { Cron } from "croner";
import { formatBytes } from "../backups/format.ts";
import { formatAge } from "./age.ts";
import type { BackupFacts, CertificateEnd, Facts, Part, Schedule } from "./facts.ts";

/** `ok`, `warning`: look at it soon, `bad`: it does not do its work. */
export type Verdict = "ok" | "warning" | "bad";

/** One line of the status: a part, how it stands, and in words why. */
export interface Finding {
  readonly part: string;
  readonly verdict: Verdict;
  readonly says: string;
}

const dayMs = 86_400_000;
/** A segment is closed after 60 s; three times that without one in the repository means that archiving stands still. */
const walOverdueMs = 180_000;
const certificateWarningMs = 30 * dayMs;

/** Judges how a stack stands. */
export function judge(facts: Facts, now: Date): Finding[] {
  return [
    ...facts.parts.map(judgePart),
    ...judgeRestore(facts.restore),
    ...judgeBackups(facts.backups, now),
    ...facts.schedules.map((schedule) => judgeSchedule(schedule, facts.backups, now)),
    judgeKeys(facts),
    ...facts.certificates.map((certificate) => judgeCertificate(certificate, now)),
    judgeStandIns(facts.standIns),
  ];
}

function judgePart({ name, ready, wanted }: Part): Finding {
  const says = `${ready} of ${wanted} pods ready`;
  if (wanted === 0) return { part: name, verdict: "bad", says: "is not deployed, or is stopped" };
  if (ready === 0) return { part: name, verdict: "bad", says };
  return { part: name, verdict: ready < wanted ? "warning" : "ok", says };
}

function judgeRestore(restore: Facts["restore"]): Finding[] {
  if (restore === undefined) return [];
  const says = `one to ${restore.at ?? "the newest moment"} has not ended`;
  if (restore.stopped)
    return [{ part: "restore", verdict: "bad", says: `${says}; the database is stopped meanwhile` }];
  return [{ part: "restore", verdict: "warning", says: `${says}, but the database is in service` }];
}

function judgeBackups(backups: BackupFacts | undefined, now: Date): Finding[] {
  if (backups === undefined) {
    return [{ part: "backups", verdict: "bad", says: "unknown: the database's pod does not answer" }];
  }
  return [judgeNewest(backups, now), judgeArchive(backups, now)];
}

function judgeNewest({ newest, count, broken, roomLeft }: BackupFacts, now: Date): Finding {
  if (newest === undefined) return { part: "backups", verdict: "bad", says: "there is none" };
  const age = formatAge(newest.stop, now);
  const says = `${count}, newest ${newest.label} (${newest.type}) of ${age} ago, ${formatBytes(roomLeft)} left`;
  if (broken > 0) return { part: "backups", verdict: "bad", says: `${says}; ${broken} with broken pages` };
  return { part: "backups", verdict: "ok", says };
}

function judgeArchive({ newestWal, archivedUntil, hasGaps }: BackupFacts, now: Date): Finding {
  const part = "archived WAL";
  if (newestWal === undefined) return { part, verdict: "bad", says: "there is none" };
  if (hasGaps) return { part, verdict: "bad", says: "segments are missing: see ./kit backup list" };
  const until = archivedUntil === undefined ? "" : `, restorable until ${archivedUntil.toISOString()}`;
  const overdue = now.getTime() - newestWal.getTime() > walOverdueMs;
  return {
    part,
    verdict: overdue ? "bad" : "ok",
    says: `newest of ${formatAge(newestWal, now)} ago${until}`,
  };
}

/** A run that started and has not succeeded within an hour has failed or hangs. */
function judgeSchedule(schedule: Schedule, backups: BackupFacts | undefined, now: Date): Finding {
  const { name: part, suspended, lastStarted, lastSucceeded } = schedule;
  if (suspended) return { part, verdict: "bad", says: "is suspended: ./kit up --refresh lets it run again" };
  const late = backups && overdue(schedule, backups, now);
  if (late !== undefined) return { part, verdict: "bad", says: late };
  if (lastStarted === undefined) return { part, verdict: "ok", says: "scheduled, has not run yet" };
  const started = `last started ${formatAge(lastStarted, now)} ago`;
  if (lastSucceeded !== undefined && lastSucceeded >= lastStarted) {
    return { part, verdict: "ok", says: `${started}, succeeded` };
  }
  const isLate = now.getTime() - lastStarted.getTime() > 3_600_000;
  return { part, verdict: isLate ? "bad" : "ok", says: `${started}, not succeeded since` };
}

/** Silence is an alarm too: why a backup is overdue, when the schedule's last time but one has passed without one since. */
function overdue({ name, cron, timezone }: Schedule, backups: BackupFacts, now: Date): string | undefined {
  const newest = name === "backup-full" ? backups.newestFull : backups.newest;
  const lastButOne = new Cron(cron, timezone === undefined ? {} : { timezone }).previousRuns(2, now).at(1);
  if (newest === undefined || lastButOne === undefined || newest.stop >= lastButOne) return undefined;
  return `overdue: the newest backup is of ${formatAge(newest.stop, now)} ago`;
}

function judgeKeys({ keys }: Facts): Finding {
  if (keys === undefined) {
    return { part: "keys", verdict: "bad", says: "unknown: the database's pod does not answer" };
  }
  const says = `generation ${keys.generation}, KEK by ${keys.provider}, ${keys.escrow.length} escrow recipients`;
  if (keys.missing.length > 0) {
    const missing = `not wrapped for ${keys.missing.join(", ")}`;
    return { part: "keys", verdict: "bad", says: `${says}; ${missing}` };
  }
  return { part: "keys", verdict: keys.unnamed.length > 0 ? "warning" : "ok", says };
}

function judgeCertificate({ name, end, byKit }: CertificateEnd, now: Date): Finding {
  const part = `certificate ${name}`;
  const left = end.getTime() - now.getTime();
  const day = end.toISOString().slice(0, 10);
  const renewal = byKit ? "./kit certificates renew" : "it is your own, set a newer one in `certificates`";
  if (left <= 0) return { part, verdict: "bad", says: `ended on ${day}: ${renewal}` };
  if (left > certificateWarningMs) return { part, verdict: "ok", says: `valid until ${day}` };
  return { part, verdict: "warning", says: `ends on ${day}: ${renewal}` };
}

function judgeStandIns(standIns: readonly string[]): Finding {
  const part = "Pulumi plugins";
  if (standIns.length === 0) return { part, verdict: "ok", says: "the official ones" };
  return { part, verdict: "ok", says: `stand-ins of the kit for ${standIns.join(", ")}` };
}
