import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { paths } from "./layout.ts";
import { repeat } from "./repeat.ts";

/** What /proc says of a process. */
export interface ProcessView {
  readonly command: readonly string[];
  /** Lines of /proc/<pid>/cgroup. */
  readonly groups: readonly string[];
}

type Kind = "supervisor" | "contained";

/**
 * Whether a process is one of the node's that no pid file speaks of: a supervisor of containers that belongs to its
 * containerd, or, where the control groups of Kubernetes are the node's own, a process in them.
 */
export function strayKind({ command, groups }: ProcessView, groupsAreOwn: boolean): Kind | undefined {
  const address = command.indexOf("-address");
  const isShim = basename(command[0] ?? "") === "containerd-shim-runc-v2";
  if (isShim && address > 0 && command[address + 1] === paths.socket) return "supervisor";
  const contained = groups.some((line) => /:\/(kubepods|k8s\.io)(\/|$)/.test(line));
  return contained && groupsAreOwn ? "contained" : undefined;
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

/** Ends them: what is in containers is asked first, so that a database can close its files. */
export async function endStrays(groupsAreOwn: boolean): Promise<void> {
  for (const { pid, kind } of await strays(groupsAreOwn)) if (kind === "contained") signal(pid, "SIGTERM");
  await repeat(10, async () => (await strays(groupsAreOwn)).every(({ kind }) => kind === "supervisor"));
  await repeat(10, async () => {
    const left = await strays(groupsAreOwn);
    for (const { pid } of left) signal(pid, "SIGKILL");
    return left.length === 0;
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
