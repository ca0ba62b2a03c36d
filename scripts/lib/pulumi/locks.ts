import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { KitError } from "../errors.ts";
import { say } from "../say.ts";
import { captureOk } from "./run.ts";
import { pulumiAsTyped } from "./typed.ts";
import type { Workspace } from "./workspace.ts";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

const waitAtMostMs = 15 * 60_000;

/**
 * Before an update: waits for one that still runs on this machine, and unlocks what a killed one left. Only for
 * state that the kit keeps itself; a shared backend may be locked from another machine.
 */
export async function awaitUnlocked(workspace: Workspace): Promise<void> {
  const end = Date.now() + waitAtMostMs;
  let told = false;
  for (;;) {
    const locks = await readLocks(workspace);
    const live = locks.find(isLive);
    if (!live) {
      if (locks.length > 0) await captureOk(workspace, ["cancel", "--yes"]);
      return;
    }
    if (Date.now() > end) throw stillLocked(workspace, live);
    if (!told) say(`waiting for the update of stack ${workspace.stack} that process ${live.pid} runs`);
    told = true;
    await pause(500);
  }
}

async function readLocks({ stateFolder, stack }: Workspace): Promise<Lock[]> {
  if (stateFolder === undefined) return [];
  const folder = join(stateFolder, ".pulumi", "locks");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter(
    (entry) => entry.name.endsWith(".json") && entry.parentPath.endsWith(`/${stack}`),
  );
  const locks = files.map(async (file) => {
    const text = await readFile(join(file.parentPath, file.name), "utf8").catch(() => undefined);
    return text === undefined ? [] : [JSON.parse(text) as Lock];
  });
  return (await Promise.all(locks)).flat();
}

function isLive(lock: Lock): boolean {
  if (lock.hostname !== hostname()) return true;
  try {
    process.kill(lock.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function stillLocked(workspace: Workspace, { pid, hostname: host }: Lock): KitError {
  return new KitError("failed", `stack ${workspace.stack} is locked by process ${pid} on ${host}`, {
    why: `it has not ended within ${waitAtMostMs / 60_000} minutes; unlock the stack when it is certainly gone`,
    next: pulumiAsTyped(workspace, "cancel"),
  });
}
