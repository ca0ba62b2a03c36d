import { setTimeout } from "node:timers/promises";

const network = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);

/** True for an error that says that a statement was given up because it took too long. */
export const isTooSlow = (error: unknown): boolean => (error as { code?: string }).code === "57014";

/** True for errors that say the database cannot do it now, and not that the query is wrong. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = "" } = error as { code?: string };
  // 28P01 the password was changed, and this server is about to be replaced by one that knows the new one;
  // 57P01–57P03 shutting down, crashed, starting up; class 08 connection; 53300 too many connections; 25006 and 55000 a standby;
  // 57014 statement took too long; 40P01 and 40001 undone for the sake of another transaction.
  if (network.has(code) || /^(28P01|57P0[123]|08...|53300|25006|55000|57014|40P01|40001)$/.test(code))
    return true;
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/.test(
    error.message,
  );
}

const patience = 12_000;

/** Repeats work that may be repeated while the database restarts or fails over, then gives up with its error. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + patience;
  for (let pause = 100; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || Date.now() + pause > until) throw error;
      await setTimeout(pause);
    }
  }
}
