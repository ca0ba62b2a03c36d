import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const program = join(dirname(require.resolve("dexie-cloud/package.json")), "bin/index.js");

/** What to answer when the command line client asks. */
export type Dialogue = Readonly<Record<string, () => string | Promise<string>>>;

export interface CliOptions {
  /** A folder with a package.json, where the client keeps its files. */
  readonly folder: string;
  /** PEM file of the authority that signed the server's certificate. */
  readonly authority?: string;
  readonly dialogue?: Dialogue;
}

/** Runs the stock `dexie-cloud` command line client. */
export function runCli(
  args: readonly string[],
  { folder, authority, dialogue = {} }: CliOptions,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }) },
  });
  const unanswered = new Map(Object.entries(dialogue));
  let said = "";
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    for (const [question, answer] of unanswered) {
      if (!said.includes(question)) continue;
      unanswered.delete(question);
      void Promise.resolve(answer()).then((text) => child.stdin.write(`${text}\r`));
    }
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, said }));
  });
}
