import * as z from "zod";
import { KitError } from "../errors.ts";

/** One backup in the repository. */
export interface Backup {
  readonly label: string;
  readonly type: "full" | "diff" | "incr";
  readonly start: Date;
  readonly stop: Date;
  /** Timeline of the database when the backup was made. */
  readonly timeline: number;
  readonly stopLsn: bigint;
  readonly databaseBytes: number;
  /** What this backup alone takes in the repository. */
  readonly repositoryBytes: number;
  /** pgBackRest met broken pages while it copied, or while it copied a backup that this one builds on. */
  readonly broken: boolean;
}

/** A branch of history: a restore leaves its parent at a point and goes on as a timeline of its own. */
export interface Branch {
  readonly timeline: number;
  readonly parent: number;
  readonly forkLsn: bigint;
  /** From when on this timeline is the one that counts. */
  readonly since: Date;
}

/** WAL that is missing between two segments of a timeline. */
export interface Gap {
  readonly timeline: number;
  /** Last segment before the gap, and when it was archived. */
  readonly after: string;
  readonly afterTime: Date;
  /** Where the missing WAL begins. */
  readonly lsn: bigint;
  /** First segment behind the gap. */
  readonly before: string;
}

/** What is known about the key of a repository without being able to open anything. */
export interface KeyEnvelope {
  readonly generation: number;
  readonly provider: string;
  readonly recipient: string;
  readonly escrow: readonly string[];
  readonly fingerprint: string;
}

/** What the repository and the data volume hold. */
export interface Repository {
  readonly backups: readonly Backup[];
  readonly branches: readonly Branch[];
  /** When the newest WAL arrived. */
  readonly newestWal: Date | undefined;
  /** When the newest commit was made that the archived WAL holds. */
  readonly newestCommit: Date | undefined;
  readonly gaps: readonly Gap[];
  readonly key: KeyEnvelope;
  /** Room on the data volume, what earlier restores left there not counted. */
  readonly dataFreeBytes: number;
  readonly repositoryFreeBytes: number;
  /** Why WAL of the database may be only on its volume; empty when all is in the repository. A running one always may. */
  readonly unarchived: string;
}

const epoch = z.number().transform((seconds) => new Date(seconds * 1000));
const lsn = z.string().transform(parseLsn);
const recipient = z.object({ recipient: z.string() });

const backupSchema = z.object({
  label: z.string(),
  type: z.enum(["full", "diff", "incr"]),
  error: z.boolean().nullish(),
  prior: z.string().nullish(),
  archive: z.object({ start: z.string(), stop: z.string() }),
  lsn: z.object({ start: lsn, stop: lsn }),
  timestamp: z.object({ start: epoch, stop: epoch }),
  info: z.object({ size: z.number(), repository: z.object({ delta: z.number() }) }),
});

const inspectionSchema = z.object({
  backups: z.array(backupSchema),
  envelope: z.object({
    generation: z.number(),
    kek: recipient.extend({ provider: z.string() }),
    escrow: z.array(recipient),
    fingerprint: z.string(),
  }),
  timelines: z.array(z.object({ timeline: z.string(), parent: z.number(), forkLsn: lsn, since: epoch })),
  newestWal: epoch.nullable(),
  newestCommit: z.string().transform((text) => (text === "" ? undefined : new Date(text))),
  gaps: z.array(z.object({ after: z.string(), before: z.string(), afterTime: epoch })),
  freeBytes: z.number(),
  repositoryFreeBytes: z.number(),
  unarchived: z.string(),
});

/** Reads the document that the image's `inspect` prints. */
export function parseInspection(document: unknown): Repository {
  const read = inspectionSchema.safeParse(document);
  if (!read.success) throw otherVersion(read.error);
  const { backups, envelope, timelines, newestWal, newestCommit, ...rest } = read.data;
  return {
    backups: backups.map((backup) => toBackup(backup, backups)),
    branches: timelines.map((branch) => ({ ...branch, timeline: timelineOf(branch.timeline) })),
    newestWal: newestWal ?? undefined,
    newestCommit,
    gaps: rest.gaps.map((gap) => ({
      ...gap,
      timeline: timelineOf(gap.after),
      lsn: segmentStart(gap.after) + segmentBytes,
    })),
    key: {
      generation: envelope.generation,
      provider: envelope.kek.provider,
      recipient: envelope.kek.recipient,
      escrow: envelope.escrow.map((entry) => entry.recipient),
      fingerprint: envelope.fingerprint,
    },
    dataFreeBytes: rest.freeBytes,
    repositoryFreeBytes: rest.repositoryFreeBytes,
    unarchived: rest.unarchived,
  };
}

function otherVersion({ issues }: z.ZodError): KitError {
  const unread = issues.map(({ path }) => path.join(".") || "all of it").join(", ");
  return new KitError("failed", "what the stack's image says of its backups cannot be read", {
    why: `the stack runs the image of another version of the kit than this checkout (not as expected: ${unread})`,
    next: "./kit up with the images of this checkout, or check out the version that the stack runs",
  });
}

type Told = z.output<typeof backupSchema>;

function toBackup(backup: Told, all: readonly Told[]): Backup {
  return {
    label: backup.label,
    type: backup.type,
    start: backup.timestamp.start,
    stop: backup.timestamp.stop,
    timeline: timelineOf(backup.archive.stop),
    stopLsn: backup.lsn.stop,
    databaseBytes: backup.info.size,
    repositoryBytes: backup.info.repository.delta,
    broken: isBroken(backup, all),
  };
}

function isBroken({ error, prior }: Told, all: readonly Told[]): boolean {
  const base = all.find(({ label }) => label === prior);
  return error === true || (base !== undefined && isBroken(base, all));
}

const segmentBytes = 1n << 24n;

function timelineOf(segment: string): number {
  return Number.parseInt(segment.slice(0, 8), 16);
}

function segmentStart(segment: string): bigint {
  return (BigInt(`0x${segment.slice(8, 16)}`) << 32n) + BigInt(`0x${segment.slice(16, 24)}`) * segmentBytes;
}

/** An LSN such as "0/607E810" as one number. */
export function parseLsn(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
