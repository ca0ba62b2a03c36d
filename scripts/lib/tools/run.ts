import { spawn } from "node:child_process";
import { once } from "node:events";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The name that the program is told that it was started by. */
  readonly argv0?: string;
  /** After how many milliseconds it is ended. */
  readonly timeout?: number;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<() => void>();
process.on("exit", () => running.forEach((kill) => kill()));

/** Runs a program to its end. It does not outlive the kit. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill("SIGTERM");
  running.add(kill);
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (texts.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (texts.stderr += chunk));
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { exitCode: code ?? 1, ...texts };
  } finally {
    running.delete(kill);
  }
}
