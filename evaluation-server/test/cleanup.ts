import { afterAll } from "vitest";

const cleanups: (() => unknown)[] = [];

// A hook that is registered inside of another hook would never run, so there is this one for all.
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Does something after the tests of the file, the newest first. */
export const atEnd = (cleanup: () => unknown): void => void cleanups.push(cleanup);
