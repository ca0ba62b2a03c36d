import { setTimeout as delay } from "node:timers/promises";

/** Tries until it is done, or for some seconds: what is left then is found by a check. */
export async function repeat(seconds: number, attempt: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await attempt()) && performance.now() < end) await delay(50);
}
