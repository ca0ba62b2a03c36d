import { mkdir } from "node:fs/promises";
import { lock } from "proper-lockfile";

/**
 * Does something while no other process of the kit holds this folder. What a killed process held is free
 * after ten seconds.
 */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const release = await lock(folder, { retries: { forever: true, minTimeout: 100, maxTimeout: 1000 } });
  try {
    return await work();
  } finally {
    await release();
  }
}
