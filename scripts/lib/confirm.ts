import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { KitError } from "./errors.ts";
import { commandAsTyped, interruption } from "./interrupts.ts";
import { say } from "./say.ts";

/** What a person is asked to confirm. */
export interface Confirmation {
  /** What is going to happen, told before the question. */
  readonly warning: string;
  /** What it is that was not confirmed, such as "the restore". */
  readonly what: string;
}

/** Has the name of a stack, or of what `kind` says, typed before it is lost. Without a terminal nobody can be asked. */
export async function confirmByName(name: string, asked: Confirmation, kind = "stack"): Promise<void> {
  const typed = await ask(asked, `Type the name of the ${kind} to go on: `);
  if (typed !== name) throw unconfirmed(asked, `"${typed}" is not the name of the ${kind}`);
}

/** Asks for a yes before something is changed. Without a terminal nobody can be asked. */
export async function confirmYes(asked: Confirmation): Promise<void> {
  const typed = await ask(asked, "Go on? [y/N] ");
  if (!/^y(es)?$/i.test(typed)) throw unconfirmed(asked, "the answer was not yes");
}

/** Asks one question on the terminal. Ctrl-D is an empty answer, Ctrl-C ends the command. */
export async function question(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = once(terminal, "close").then(() => "");
    const answer = terminal.question(text).catch(() => "");
    // A terminal that is read line by line hands Ctrl-C to its reader instead of sending the signal.
    const stopped = once(terminal, "SIGINT").then(() => Promise.reject(interruption()));
    return (await Promise.race([answer, closed, stopped])).trim();
  } finally {
    terminal.close();
  }
}

async function ask(asked: Confirmation, text: string): Promise<string> {
  say(asked.warning);
  if (!process.stdin.isTTY) throw unconfirmed(asked, "there is no terminal to ask on");
  return question(text);
}

function unconfirmed({ what }: Confirmation, why: string): KitError {
  return new KitError("usage", `${what} was not confirmed`, { why, next: `${commandAsTyped()} --yes` });
}
