import { createInterface } from "node:readline";
import { $, type ProcessPromise } from "zx";
import { KitError } from "../errors.ts";
import { commandAsTyped, holdInterrupts } from "../interrupts.ts";
import type { Phase } from "../say.ts";
import { diagnosticsIn, pulumiError } from "./failure.ts";
import type { Workspace } from "./workspace.ts";

export interface Captured {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a Pulumi command whose output is read by the kit. `input` goes to its standard input. */
export async function capture(workspace: Workspace, args: readonly string[], input = ""): Promise<Captured> {
  const run = $({ ...shellOptions(workspace), input, quiet: true });
  const { exitCode, stdout, stderr } = await run`${workspace.pulumi} ${[...args, ...flags(workspace)]}`;
  return { exitCode: exitCode ?? 1, stdout, stderr };
}

/** Like `capture`, but a failure becomes an error for people. */
export async function captureOk(workspace: Workspace, args: readonly string[], input = ""): Promise<string> {
  const done = await capture(workspace, args, input);
  if (done.exitCode === 0) return done.stdout;
  const told = diagnosticsIn(done.stdout) ?? done.stdout;
  throw pulumiError(workspace, args, done.exitCode, `${told}\n${done.stderr}`);
}

/**
 * Runs a Pulumi command that people watch. Its output goes to standard error, where progress belongs; what Pulumi
 * itself says there is read too, since it tells why a command did not begin.
 */
export async function watch(workspace: Workspace, args: readonly string[]): Promise<void> {
  const color = process.stderr.isTTY ? "auto" : "never";
  const run = $({ ...shellOptions(workspace), stdio: ["ignore", 2, "pipe"] });
  await finish(workspace, args, run`${workspace.pulumi} ${[...args, ...flags(workspace), "--color", color]}`);
}

/** Runs a Pulumi command inside a phase, which shows its newest line. */
export async function follow(workspace: Workspace, args: readonly string[], phase: Phase): Promise<void> {
  const run = $({ ...shellOptions(workspace), stdio: ["ignore", "pipe", "pipe"], quiet: true });
  const running = run`${workspace.pulumi} ${[...args, ...flags(workspace), "--color", "never"]}`;
  const lines = createInterface({ input: running.stdout });
  lines.on("line", (line) => line.trim() === "" || phase.waitingFor(line.trim()));
  await finish(workspace, args, running);
}

async function finish(workspace: Workspace, args: readonly string[], running: ProcessPromise): Promise<void> {
  const interruption = passInterruptOn(() => running.kill("SIGINT"));
  const { exitCode, stdout, stderr } = await running.finally(() => interruption.stop());
  if (interruption.seen) throw interrupted(workspace, args);
  if (exitCode !== 0) throw pulumiError(workspace, args, exitCode ?? 1, `${stdout}\n${stderr}`);
}

function shellOptions(workspace: Workspace) {
  return { nothrow: true, verbose: false, env: workspace.env, cwd: workspace.project };
}

function flags(workspace: Workspace): string[] {
  return ["--stack", workspace.stack, "--non-interactive"];
}

/** The flag that names the stack's configuration file, for the commands that read it. */
export const configFlag = (workspace: Workspace): string[] => ["--config-file", workspace.configFile];

/**
 * Keeps the kit alive while Pulumi winds down. On a terminal Ctrl-C reaches Pulumi by itself, and a second one
 * would make it drop everything; elsewhere the signal comes to the kit alone and is passed on.
 */
function passInterruptOn(send: () => Promise<void>): { readonly seen: boolean; stop(): void } {
  let seen = false;
  const release = holdInterrupts();
  const onInterrupt = () => {
    seen = true;
    if (!process.stdin.isTTY) void send();
  };
  const onTerminate = () => {
    seen = true;
    void send();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return {
    get seen() {
      return seen;
    },
    stop: () => {
      release();
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}

function interrupted({ stack }: Workspace, [command = ""]: readonly string[]): KitError {
  return new KitError("interrupted", `pulumi ${command} of stack ${stack} was interrupted`, {
    why: "it was asked to stop; what was done until then is in the state",
    next: commandAsTyped(),
  });
}
