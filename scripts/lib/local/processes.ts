import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { openSync, closeSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { KitError } from "../errors.ts";
import { paths } from "./layout.ts";
import { readIfThere } from "./state-files.ts";

/** One of the long-running programs of the node. */
export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Contents of the files it reads only when it starts: when they change it is started again. */
  readonly reads: readonly string[];
}

/** What the pid file of a daemon says. A pid alone may long be another process's. */
export interface PidRecord {
  readonly pid: number;
  /** Moment of its start, in clock ticks after the boot. */
  readonly started: string;
  readonly boot: string;
  readonly fingerprint: string;
}

export interface ProcessStat {
  readonly state: string;
  readonly started: string;
}

const largestLog = 20 * 1024 * 1024;

/** Reads a pid file: "pid started boot fingerprint". */
export function parsePidRecord(text: string): PidRecord | undefined {
  const [pid, started, boot, fingerprint] = text.trim().split(" ");
  if (pid === undefined || started === undefined || boot === undefined || fingerprint === undefined) {
    return undefined;
  }
  return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), started, boot, fingerprint } : undefined;
}

/** Reads /proc/<pid>/stat. The name in it may hold spaces and brackets. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

/** Whether the process of a pid file still runs. One that has ended and waits to be reaped does not. */
export function isSame(record: PidRecord, stat: ProcessStat | undefined, boot: string): boolean {
  return (
    stat !== undefined &&
    record.boot === boot &&
    record.started === stat.started &&
    !"ZX".includes(stat.state)
  );
}

export function fingerprint(daemon: Daemon): string {
  const { program, args, env, reads } = daemon;
  return createHash("sha256")
    .update(JSON.stringify([program, args, env, reads]))
    .digest("hex")
    .slice(0, 16);
}

/** Distinguishes this boot of the machine from all others. */
export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** The pid file of a daemon that runs now. */
export async function running(name: string): Promise<PidRecord | undefined> {
  const record = parsePidRecord((await readIfThere(pidFile(name))) ?? "");
  if (!record) return undefined;
  const stat = await readFile(`/proc/${record.pid}/stat`, "utf8").then(parseStat, () => undefined);
  return isSame(record, stat, await bootId()) ? record : undefined;
}

/** Starts a daemon, unless just this one runs already. Says whether it had to be started. */
export async function launch(daemon: Daemon): Promise<boolean> {
  const wanted = fingerprint(daemon);
  const found = await running(daemon.name);
  await rotate(logFile(daemon.name));
  if (found?.fingerprint === wanted) return false;
  if (found) await halt(daemon.name);
  await mkdir(paths.pids, { recursive: true });
  await mkdir(paths.logs, { recursive: true });
  await rm(pidFile(daemon.name), { force: true });
  await start(daemon, wanted);
  return true;
}

/**
 * The shell writes the pid file before it becomes the daemon, so no daemon can run without one: a full disk ends it.
 * Containers inherit the umask: with a stricter one they could not read their own files.
 */
export const becomeDaemon = `umask 077
record="$$ $(cut -d' ' -f22 /proc/$$/stat) $(cat /proc/sys/kernel/random/boot_id) $2"
echo "$record" > "$1.new" && mv "$1.new" "$1" || exit 1
umask 022
shift 2
exec "$@"`;

async function start(daemon: Daemon, wanted: string): Promise<void> {
  const log = logFile(daemon.name);
  const output = openSync(log, "a", 0o600);
  const args = ["-c", becomeDaemon, "sh", pidFile(daemon.name), wanted, daemon.program, ...daemon.args];
  const child = spawn("/bin/sh", args, {
    detached: true,
    cwd: "/",
    env: daemon.env,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const failed = new Promise<never>((_, fail) => child.once("error", fail));
  child.unref();
  await Promise.race([failed, untilRecorded(daemon, child)]);
}

// A disk with much to write can let even a small file wait for long.
const recordWithinMs = 60_000;

async function untilRecorded({ name }: Daemon, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + recordWithinMs;
  for (;;) {
    const isLast = hasEnded(child) || performance.now() > deadline;
    if (parsePidRecord(await readFile(pidFile(name), "utf8").catch(() => ""))) return;
    if (isLast) break;
    await delay(10);
  }
  throw new KitError("failed", `${name} did not start`, {
    why: hasEnded(child)
      ? `its shell ended before it could write ${pidFile(name)}`
      : `no process wrote ${pidFile(name)} within ${recordWithinMs / 1000} s`,
    next: `look into ${logFile(name)}`,
  });
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Puts a large log aside, also while its daemon runs: that goes on at the beginning of the emptied file. */
async function rotate(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= largestLog) return;
  await copyFile(log, `${log}.1`);
  await truncate(log);
}

/** Ends a daemon: asks it, and kills it when it has not ended after the grace. Its pid file stays while it runs. */
export async function halt(name: string, graceMs = 10_000): Promise<void> {
  const record = await running(name);
  if (record) {
    signal(record.pid, "SIGTERM");
    if (!(await endedWithin(name, graceMs))) {
      signal(record.pid, "SIGKILL");
      if (!(await endedWithin(name, 10_000))) throw unending(name, record);
    }
  }
  await rm(pidFile(name), { force: true });
}

async function endedWithin(name: string, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (await running(name)) {
    if (performance.now() > end) return false;
    await delay(30);
  }
  return true;
}

/** Sends a signal to a process that may have ended by itself meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function unending(name: string, { pid }: PidRecord): KitError {
  return new KitError("failed", `${name} does not end`, {
    why: `process ${pid} still runs 10 s after SIGKILL; the kernel holds it, mostly for a disk that does not answer`,
    next: "./kit local stop tries again; a reboot ends it",
  });
}

/** The end of a daemon's log, for errors. */
export async function logTail(name: string, lines = 5): Promise<string> {
  const text = await readFile(logFile(name), "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

export const pidFile = (name: string): string => join(paths.pids, name);
export const logFile = (name: string): string => join(paths.logs, `${name}.log`);
