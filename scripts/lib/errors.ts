/** Exit codes of the kit. 0–9 keep Pulumi's meaning; 2 is wrong use or wrong settings. */
export const exitCode = {
  failed: 1,
  usage: 2,
  authentication: 3,
  resource: 4,
  policy: 5,
  stackNotFound: 6,
  noChanges: 7,
  cancelled: 8,
  timeout: 9,
  preflight: 20,
  preflightWarnings: 21,
  license: 22,
  checksum: 23,
  drift: 24,
  drill: 25,
  backupTooOld: 26,
  keyUnavailable: 27,
  region: 28,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCode;

/** What the kit's own commands mean by a code, for those that they end with. */
export const exitMeaning: Partial<Record<ExitName, string>> = {
  failed: "it failed, or what was looked at is not well",
  usage: "wrong use or wrong settings; nothing was changed",
  stackNotFound: "there is no such stack",
  preflight: "the machine, the cluster or a volume lacks something; nothing was changed",
  preflightWarnings: "`./kit preflight --strict` has warnings",
  checksum: "a download is not what was published; it was not used",
  backupTooOld: "there is no backup, or backups or archived WAL are overdue",
  keyUnavailable: "a key or passphrase is missing or is the wrong one; nothing was changed",
  interrupted: "Ctrl-C; the message says what resumes it",
};

/** An error for people. It has four parts: the code, what happened, why, and the next command to type. */
export class KitError extends Error {
  readonly exit: ExitName;
  readonly why: string;
  readonly next: string;

  constructor(exit: ExitName, what: string, parts: { readonly why: string; readonly next: string }) {
    super(what);
    this.name = "KitError";
    this.exit = exit;
    this.why = parts.why;
    this.next = parts.next;
  }
}

/** The four parts as text, one a line. */
export function describeError(error: KitError): string {
  return [
    `error ${exitCode[error.exit]} (${error.exit}): ${error.message}`,
    `  why:  ${error.why}`,
    `  next: ${error.next}`,
  ].join("\n");
}
