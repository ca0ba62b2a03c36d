import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Command, CommanderError } from "commander";
import { describeError, exitCode, KitError } from "./lib/errors.ts";
import { commandAsTyped, endOnInterrupt, interruption } from "./lib/interrupts.ts";
import { stateDir } from "./lib/paths.ts";
import { proxyExceptions } from "./lib/proxy.ts";
import { result, say } from "./lib/say.ts";
import { commandOf, noColor, verbs } from "./verbs.ts";

async function main(args: readonly string[]): Promise<void> {
  if (args.includes(noColor.flags)) process.env["NO_COLOR"] = "1";
  const [name, ...rest] = args.filter((arg) => arg !== noColor.flags);
  if (name === undefined || ["--help", "-h", "help"].includes(name)) {
    result(help());
    return;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw unknownCommand(name);
  await parse(await commandOf(verb), [name, ...rest]);
}

function help(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const line = (name: string, description: string) => `  ${name.padEnd(width)}  ${description}`;
  return [
    "Usage: ./kit <command> [options]",
    "",
    "Commands:",
    ...Object.entries(verbs).map(([name, { description }]) => line(name, description)),
    "",
    "Options of every command:",
    line(noColor.flags, noColor.description),
    line("--help", "say what it takes"),
    "",
    "./kit <command> --help says more.",
  ].join("\n");
}

function unknownCommand(name: string): KitError {
  return new KitError("usage", `there is no command ${name}`, {
    why: `the kit knows ${Object.keys(verbs).join(", ")}`,
    next: "./kit --help",
  });
}

async function parse(command: Command, args: readonly string[]): Promise<void> {
  const { Command: Root, CommanderError: Wrong } = await import("commander");
  const kit = new Root("./kit").option(noColor.flags, noColor.description).addCommand(command);
  for (const one of [kit, ...descendants(kit)]) {
    one.exitOverride().configureOutput({ writeErr: () => undefined });
    one.configureHelp({ showGlobalOptions: true });
  }
  try {
    await kit.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    if (error.exitCode !== 0) throw wrongUse(command, error);
  }
}

const descendants = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);

function wrongUse(command: Command, { code, message }: CommanderError): KitError {
  const name = command.name();
  const parts = command.commands.map((one) => one.name()).join(", ");
  return new KitError("usage", `${name} was called in a way it does not know`, {
    why: code === "commander.help" ? `it needs one of: ${parts}` : message.replace(/^error: /, ""),
    next: `./kit ${name} --help`,
  });
}

function interrupted(): never {
  say(describeError(interruption()));
  process.exit(exitCode.interrupted);
}

function report(error: unknown): void {
  const told = error instanceof KitError ? error : unexpected(error);
  say(describeError(told));
  process.exitCode = exitCode[told.exit];
}

/** What no part of the kit has an error for. */
function unexpected(error: unknown): KitError {
  return new KitError("failed", "the kit did not expect this", {
    why: `${error instanceof Error ? error.message : String(error)} (where it happened: ${keepTrace(error)})`,
    next: commandAsTyped(),
  });
}

/** Keeps where an error happened in a file, for those who mend the kit. */
function keepTrace(error: unknown): string {
  const file = join(stateDir, "unexpected-error.log");
  try {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(file, inspect(error), { mode: 0o600 });
    return file;
  } catch {
    return `not kept, since ${file} cannot be written`;
  }
}

/** Who reads the result may stop before its end, as `head` does. */
function endWithReader(error: NodeJS.ErrnoException): never {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

endOnInterrupt(interrupted);
process.stdout.on("error", endWithReader);
Object.assign(process.env, proxyExceptions(process.env));
// Elsewhere too an empty variable counts as none.
if (process.env["KIT_STACK"] === "") delete process.env["KIT_STACK"];
await main(process.argv.slice(2)).catch(report);
