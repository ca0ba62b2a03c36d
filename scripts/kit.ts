import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Command } from "commander";
import { describeError, exitCode, KitError } from "./lib/errors.ts";
import { commandAsTyped, endOnInterrupt } from "./lib/interrupts.ts";
import { stateDir } from "./lib/paths.ts";
import { result, say } from "./lib/say.ts";

interface Verb {
  readonly summary: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

// A command's file is loaded only when it is called, so that `./kit --help` answers at once.
const verbs: Readonly<Record<string, Verb>> = {
  demo: {
    summary: "from a bare machine to a syncing, backed-up, restored server",
    load: () => import("./commands/demo.ts"),
  },
  init: { summary: "write the settings of a stack", load: () => import("./commands/init.ts") },
  preview: { summary: "show what up would change", load: () => import("./commands/preview.ts") },
  up: { summary: "bring a stack to what its settings say", load: () => import("./commands/up.ts") },
  destroy: {
    summary: "remove a stack with its data, after a last backup",
    load: () => import("./commands/destroy.ts"),
  },
  status: { summary: "show how a stack stands", load: () => import("./commands/status.ts") },
  backup: { summary: "make and list encrypted backups", load: () => import("./commands/backup.ts") },
  restore: {
    summary: "put a backup back, or beside the running one",
    load: () => import("./commands/restore.ts"),
  },
  keys: { summary: "show which keys protect the backups", load: () => import("./commands/keys.ts") },
  certificates: {
    summary: "renew the certificates that the kit issued",
    load: () => import("./commands/certificates.ts"),
  },
  local: {
    summary: "start, stop or look at the one-node Kubernetes of this machine",
    load: () => import("./commands/local.ts"),
  },
  preflight: {
    summary: "check whether this machine has what is needed",
    load: () => import("./commands/preflight.ts"),
  },
  images: {
    summary: "list the images that the kit assembles, or build them",
    load: () => import("./commands/images.ts"),
  },
  tools: { summary: "list the tools of the kit, or install them", load: () => import("./commands/tools.ts") },
  test: { summary: "run all tests, or some parts of them", load: () => import("./commands/test.ts") },
};

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--no-color")) process.env["NO_COLOR"] = "1";
  const [name, ...rest] = args.filter((arg) => arg !== "--no-color");
  if (name === undefined || ["--help", "-h", "help"].includes(name)) {
    result(help());
    return;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw unknownCommand(name);
  const { command } = await verb.load();
  await parse(command(), [name, ...rest]);
}

function help(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: ./kit <command> [options]",
    "",
    "Commands:",
    ...lines,
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
  const { Command: Root, CommanderError } = await import("commander");
  const kit = new Root("./kit").addCommand(command);
  for (const one of [kit, ...descendants(kit)]) {
    one.exitOverride().configureOutput({ outputError: () => undefined });
  }
  try {
    await kit.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw wrongUse(command.name(), error.message);
  }
}

const descendants = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);

function wrongUse(name: string, message: string): KitError {
  return new KitError("usage", `${name} was called in a way it does not know`, {
    why: message.replace(/^error: /, ""),
    next: `./kit ${name} --help`,
  });
}

function interrupted(): never {
  const parts = { why: "it was asked to stop", next: commandAsTyped() };
  say(describeError(new KitError("interrupted", "interrupted", parts)));
  process.exit(exitCode.interrupted);
}

function report(error: unknown): void {
  const told = error instanceof KitError ? error : unexpected(error);
  say(describeError(told));
  process.exitCode = exitCode[told.exit];
}

/** What no part of the kit has an error for. Where it happened is for those who mend the kit, in a file. */
function unexpected(error: unknown): KitError {
  const file = join(stateDir, "unexpected-error.log");
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(file, inspect(error), { mode: 0o600 });
  return new KitError("failed", "the kit did not expect this", {
    why: `${error instanceof Error ? error.message : String(error)} (where it happened: ${file})`,
    next: commandAsTyped(),
  });
}

endOnInterrupt(interrupted);
await main(process.argv.slice(2)).catch(report);
