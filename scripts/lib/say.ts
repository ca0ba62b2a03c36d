import type { Ora } from "ora";

// stdout carries the result of a command, stderr its progress.
const quietAfterMs = 30_000;

/** One plain line of progress. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The result of a command: the only thing that goes to stdout. */
export function result(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints the result as one JSON document of the schema `kit/<command>/v1`. */
export function jsonResult(command: string, value: object): void {
  result(JSON.stringify({ schema: `kit/${command}/v1`, ...value }, undefined, 2));
}

/** What a running phase can tell. */
export interface Phase {
  /** What is being done or waited for now. Shown at once on a terminal, after 30 s as a line elsewhere. */
  waitingFor(what: string): void;
  /** An event worth a line of its own. */
  note(line: string): void;
}

/** Runs numbered phases ("2/7 images … 4.1 s"), with a spinner on a terminal and plain lines elsewhere. */
export class Phases {
  #total: number;
  #current = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Counts phases that only turned out on the way to be needed. */
  more(count: number): void {
    this.#total += count;
  }

  /** Runs one phase and reports how it ended and how long it took. */
  async run<T>(title: string, work: (phase: Phase) => Promise<T>): Promise<T> {
    this.#current += 1;
    const label = `${this.#current}/${this.#total} ${title}`;
    const started = performance.now();
    const reporter = canSpin(process.stderr) ? await spinner(label) : lines(label);
    try {
      const value = await work(reporter.phase);
      reporter.end(`${label} done in ${seconds(started)}`, true);
      return value;
    } catch (error) {
      reporter.end(`${label} failed after ${seconds(started)}`, false);
      throw error;
    }
  }
}

interface Reporter {
  readonly phase: Phase;
  end(line: string, ok: boolean): void;
}

/** A serial console or a container can be a terminal that knows no width: there a spinner would never end to clear its line. */
export const canSpin = ({ isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">): boolean =>
  isTTY && columns > 0;

/** Loads the spinner only where one turns: it takes longer to load than most commands take to answer. */
async function spinner(label: string): Promise<Reporter> {
  const { default: ora } = await import("ora");
  const started = performance.now();
  let waiting = "";
  const spin: Ora = ora({ text: label, stream: process.stderr }).start();
  const show = () => (spin.text = `${label} ${seconds(started)}${waiting && `: ${waiting}`}`);
  const timer = setInterval(show, 500);
  return {
    phase: {
      waitingFor: (what) => ((waiting = what), show()),
      note: (line) => {
        spin.clear();
        say(`  ${line}`);
      },
    },
    end: (line, ok) => {
      clearInterval(timer);
      if (ok) spin.succeed(line);
      else spin.fail(line);
    },
  };
}

function lines(label: string): Reporter {
  say(label);
  let waiting = "";
  const timer = setInterval(() => waiting && say(`  ${label}: waiting for ${waiting}`), quietAfterMs);
  timer.unref();
  return {
    phase: { waitingFor: (what) => (waiting = what), note: (line) => say(`  ${line}`) },
    end: (line) => {
      clearInterval(timer);
      say(line);
    },
  };
}

/** Elapsed time since a `performance.now()`, such as "4.1 s" or "3 min 12 s". */
export function seconds(since: number): string {
  const elapsed = (performance.now() - since) / 1000;
  if (elapsed < 60) return `${elapsed.toFixed(1)} s`;
  return `${Math.floor(elapsed / 60)} min ${Math.floor(elapsed % 60)} s`;
}
