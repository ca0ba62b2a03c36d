import { cpus, release, totalmem } from "node:os";
import { $ } from "zx";
import { root } from "../../scripts/lib/paths.ts";

/** One thing measured twice: through the kit, and with the bare tools. */
export interface Comparison {
  readonly what: string;
  readonly kitMs: number;
  readonly bareMs: number;
  /** What the bare tools did. */
  readonly bare: string;
}

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The median of several runs, in milliseconds. */
export async function median(runs: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timed(work));
  return times.sort((left, right) => left - right)[Math.floor(runs / 2)] ?? Number.NaN;
}

/** Runs ./kit, as a person would. */
export async function kit(...args: string[]): Promise<void> {
  await $({ quiet: true, cwd: root })`./kit ${args}`;
}

/** The machine and the day, since figures mean little without them. */
export function machine(): string {
  const processors = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${processors.length} × ${processors[0]?.model.trim() ?? "?"}, ${gibibytes} GiB, Linux ${release()}`;
}
