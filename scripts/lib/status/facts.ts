import type { KeyStatus } from "../keys/status.ts";

/** Pods of one part of a stack. */
export interface Part {
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
}

/** How the schedule of a backup stands. */
export interface Schedule {
  readonly name: string;
  /** Five fields, and the zone that they are meant in. */
  readonly cron: string;
  readonly timezone: string | undefined;
  readonly suspended: boolean;
  readonly lastStarted: Date | undefined;
  readonly lastSucceeded: Date | undefined;
}

/** A certificate that clients or parts of the stack see. */
export interface CertificateEnd {
  readonly name: string;
  readonly end: Date;
  readonly byKit: boolean;
}

/** What the repository says, when the database's pod can tell. */
export interface BackupFacts {
  /** Of those that can be restored. */
  readonly newest: { readonly label: string; readonly type: string; readonly stop: Date } | undefined;
  readonly newestFull: { readonly stop: Date } | undefined;
  readonly count: number;
  /** When the newest WAL arrived in the repository. */
  readonly newestWal: Date | undefined;
  /** Newest moment that can be restored. */
  readonly archivedUntil: Date | undefined;
  readonly hasGaps: boolean;
  readonly broken: number;
  readonly roomLeft: number;
}

/** Everything that a judgement is made from. */
export interface Facts {
  readonly stack: string;
  readonly url: string;
  readonly parts: readonly Part[];
  /** A restore in place that has not ended. */
  readonly restore: { readonly at: string | null; readonly stopped: boolean } | undefined;
  readonly schedules: readonly Schedule[];
  readonly certificates: readonly CertificateEnd[];
  readonly backups: BackupFacts | undefined;
  readonly keys: KeyStatus | undefined;
  /** Names of the Pulumi plugins for which stand-ins run. */
  readonly standIns: readonly string[];
}
