import { KitError } from "./errors.ts";

// How many parts of the kit are winding down something of their own when Ctrl-C comes.
let held = 0;

/** Leaves an interruption to the caller until the returned function is called. */
export function holdInterrupts(): () => void {
  held += 1;
  return () => (held -= 1);
}

/** Ends the kit at Ctrl-C unless a part of it has taken that on. */
export function endOnInterrupt(end: () => never): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (held === 0) end();
    });
  }
}

/** The command that runs now, as it can be typed again to go on. */
export function commandAsTyped(): string {
  return ["./kit", ...process.argv.slice(2)].map(shellWord).join(" ");
}

/** What Ctrl-C ends a command with. */
export const interruption = (): KitError =>
  new KitError("interrupted", "interrupted", { why: "it was asked to stop", next: commandAsTyped() });

/** A word of a command, quoted where a shell would read something else. */
export const shellWord = (arg: string): string =>
  /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
