import { mkdir } from "node:fs/promises";
import { lock } from "proper-lockfile";

/**
 * Takes a folder for this process alone, as soon as no other one of the kit holds it. Returns what gives it back. What
 * a killed process held is free after ten seconds.
 */
export async function hold(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  return lock(folder, { retries: { forever: true, minTimeout: 100, maxTimeout: 1000 } });
}

/** Does something while this process holds a folder. */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const release = await hold(folder);
  try {
    return await work();
  } finally {
    await release();
  }
}
