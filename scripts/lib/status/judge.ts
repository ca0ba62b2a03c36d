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
    ...judgeBackups(facts.backups, now),
    ...facts.schedules.map((schedule) => judgeSchedule(schedule, now)),
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
function judgeSchedule({ name, lastStarted, lastSucceeded }: Schedule, now: Date): Finding {
  if (lastStarted === undefined) return { part: name, verdict: "ok", says: "scheduled, has not run yet" };
  const started = `last started ${formatAge(lastStarted, now)} ago`;
  if (lastSucceeded !== undefined && lastSucceeded >= lastStarted) {
    return { part: name, verdict: "ok", says: `${started}, succeeded` };
  }
  const isLate = now.getTime() - lastStarted.getTime() > 3_600_000;
  return { part: name, verdict: isLate ? "bad" : "ok", says: `${started}, not succeeded since` };
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

function judgeCertificate({ name, end }: CertificateEnd, now: Date): Finding {
  const part = `certificate ${name}`;
  const left = end.getTime() - now.getTime();
  const day = end.toISOString().slice(0, 10);
  if (left <= 0) return { part, verdict: "bad", says: `ended on ${day}` };
  if (left > certificateWarningMs) return { part, verdict: "ok", says: `valid until ${day}` };
  return { part, verdict: "warning", says: `ends on ${day}: ./kit certificates renew` };
}

function judgeStandIns(standIns: readonly string[]): Finding {
  const part = "Pulumi plugins";
  if (standIns.length === 0) return { part, verdict: "ok", says: "the official ones" };
  return { part, verdict: "ok", says: `stand-ins of the kit for ${standIns.join(", ")}` };
}
