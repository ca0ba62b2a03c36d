import { afterAll } from "vitest";

const cleanups: (() => unknown)[] = [];

// A hook that is registered inside of another hook would never run, so there is this one for all.
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Does something after the tests of the file, the newest first. */
export const atEnd = (cleanup: () => unknown): void => void cleanups.push(cleanup);

/** The start of a command line whose process ends together with this one, however that ends. */
export const endingWithUs = (signal: "INT" | "KILL"): [string, string[]] => [
  "setpriv",
  ["--pdeathsig", signal, "--"],
];
