import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { daemonNames } from "./daemons.ts";
import { home, paths, runDir } from "./layout.ts";
import { running, signal } from "./processes.ts";
import { repeat } from "./repeat.ts";

/** What /proc says of a process. */
export interface ProcessView {
  readonly command: readonly string[];
  /** Lines of /proc/<pid>/cgroup. */
  readonly groups: readonly string[];
}

type Kind = "daemon" | "supervisor" | "contained";

/**
 * Whether a process is one of the node's, as it can be told without a pid file: one of its programs that works in
 * its folders, a supervisor of containers that belongs to its containerd, or, where the control groups of Kubernetes
 * are the node's own, a process in them.
 */
export function strayKind({ command, groups }: ProcessView, groupsAreOwn: boolean): Kind | undefined {
  if (isDaemon(command)) return "daemon";
  const address = command.indexOf("-address");
  const isShim = basename(command[0] ?? "") === "containerd-shim-runc-v2";
  if (isShim && address > 0 && command[address + 1] === paths.socket) return "supervisor";
  const contained = groups.some((line) => /:\/(kubepods|k8s\.io)(\/|$)/.test(line));
  return contained && groupsAreOwn ? "contained" : undefined;
}

const daemonPrograms: readonly string[] = daemonNames;

/** The parts of Kubernetes are one program, which is told as its first argument which of them it is. */
function isDaemon([program = "", part = "", ...rest]: readonly string[]): boolean {
  const name = basename(program) === "hyperkube" ? part : basename(program);
  const worksHere = [part, ...rest].some((argument) =>
    [home, runDir].some((folder) => argument.startsWith(`${folder}/`)),
  );
  return daemonPrograms.includes(name) && worksHere;
}

interface Stray {
  readonly pid: number;
  readonly kind: Kind;
}

export async function strays(groupsAreOwn: boolean): Promise<Stray[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const views = pids.map(async (pid): Promise<Stray[]> => {
    const view = await look(pid);
    const kind = view && strayKind(view, groupsAreOwn);
    return kind ? [{ pid, kind }] : [];
  });
  return (await Promise.all(views)).flat();
}

async function look(pid: number): Promise<ProcessView | undefined> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    const groups = await readFile(`/proc/${pid}/cgroup`, "utf8");
    // One that has ended and waits to be reaped has no command line.
    return command === "" ? undefined : { command: command.split("\0"), groups: groups.split("\n") };
  } catch {
    return undefined;
  }
}

/** Whether any program of the node runs, known by a pid file or not. */
export async function daemonsRun(): Promise<boolean> {
  return (await strays(false)).some(({ kind }) => kind === "daemon");
}

/** Programs of the node that no pid file speaks of any more. */
export async function lostDaemons(): Promise<number[]> {
  const daemons = (await strays(false)).filter(({ kind }) => kind === "daemon");
  if (daemons.length === 0) return [];
  const known = (await Promise.all(daemonNames.map(running))).map((record) => record?.pid);
  return daemons.map(({ pid }) => pid).filter((pid) => !known.includes(pid));
}

/** Ends such programs, which hold the ports of those that are to be started. */
export async function endLostDaemons(): Promise<void> {
  for (const pid of await lostDaemons()) signal(pid, "SIGTERM");
  await repeat(10, async () => (await lostDaemons()).length === 0);
  await repeat(10, async () => {
    const left = await lostDaemons();
    for (const pid of left) signal(pid, "SIGKILL");
    return left.length === 0;
  });
}

/** Ends all strays: those that hold data are asked first, so that a database can close its files. */
export async function endStrays(groupsAreOwn: boolean): Promise<void> {
  for (const { pid, kind } of await strays(groupsAreOwn)) if (kind !== "supervisor") signal(pid, "SIGTERM");
  await repeat(10, async () => (await strays(groupsAreOwn)).every(({ kind }) => kind === "supervisor"));
  await repeat(10, async () => {
    const left = await strays(groupsAreOwn);
    for (const { pid } of left) signal(pid, "SIGKILL");
    return left.length === 0;
  });
}
