import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { atEnd } from "./cleanup.ts";
import { endingWithUs } from "./ending.ts";
import { freePort } from "./ports.ts";

const source = join(import.meta.dirname, "../src/main.ts");

export const secret = "a secret that is long enough for tests";

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

type Environment = Readonly<Record<string, string>>;

function launch(command: string, settings: Environment, program = source): ChildProcess {
  const [starter, args] = endingWithUs("KILL");
  return spawn(starter, [...args, process.execPath, program, command], {
    env: { PATH: process.env["PATH"], ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Creates the tables, as the operator does before the first start. */
export async function initCloud(database: string): Promise<void> {
  const child = launch("init-cloud", {
    DEXIE_CLOUD: database,
    DXC_SECRET: secret,
    DXC_URL: "http://localhost:1",
  });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`init-cloud ended with ${code}:\n${said}`);
}

/** One process of the server, as the image runs it. */
export class Replica {
  readonly origin: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(port: number, environment: Environment, program?: string) {
    this.origin = `http://localhost:${port}`;
    this.#process = launch("serve", { ...environment, PORT: String(port) }, program);
    this.#ended = once(this.#process, "close");
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (!stream) continue;
      createInterface(stream).on("line", (line) => {
        this.#lines.push(line);
        for (const listener of this.#listeners) listener();
      });
    }
  }

  /** Starts one and waits until it is ready; it is stopped after the tests of the file. */
  static async start(database: string, settings: Environment = {}, program?: string): Promise<Replica> {
    const port = Number(settings["PORT"] ?? (await freePort()));
    const environment = {
      DEXIE_CLOUD: database,
      DXC_SECRET: secret,
      DXC_URL: `http://localhost:${port}`,
      ...settings,
    };
    const replica = new Replica(port, environment, program);
    atEnd(() => replica.kill());
    await Promise.race([
      replica.logged(({ msg }) => msg.startsWith("listening for changes")),
      replica.#ended.then(() => Promise.reject(new Error(`The server ended:\n${replica.log}`))),
    ]);
    return replica;
  }

  /** Everything it has said. */
  get log(): string {
    return this.#lines.join("\n");
  }

  get lines(): LogLine[] {
    return this.#lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves with the first line that fits, said already or to come. */
  async logged(fits: (line: LogLine, index: number) => boolean): Promise<LogLine> {
    for (;;) {
      const line = this.lines.find(fits);
      if (line) return line;
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit code, once it has ended. */
  async ended(): Promise<number | null> {
    const [code] = await this.#ended;
    return code as number | null;
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
