import { mkdir, realpath } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { createHash } from "node:crypto";
import { root } from "./paths.ts";

type Release = () => void;

/** Takes a folder for this process alone, as soon as no other one of this machine has it. Returns what gives it back. */
export async function hold(folder: string): Promise<Release> {
  await mkdir(folder, { recursive: true });
  const place = createHash("sha256")
    .update(await realpath(folder))
    .digest("hex");
  return acquire(`\0dexie-cloud-kit/${place}`, () => undefined);
}

/** Does something while this process holds a folder. */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  return whileHeld(await hold(folder), work);
}

/** Does something, and then gives back what was taken for it. */
export async function whileHeld<T>(release: Release, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Takes a name, as soon as no other process has it, and tells who has. The name is that of an abstract socket, which
 * the kernel frees in the moment its holder dies: a lock file would go stale, or seem to, when the machine is slow,
 * sleeps, or sets its clock.
 */
export async function acquire(name: string, tell: (holder: string) => void): Promise<Release> {
  for (;;) {
    const release = await tryAcquire(name);
    if (release) return release;
    await untilReleased(name, tell);
  }
}

/** Whoever connects is told who holds the lock, and learns of its release by the end of the connection. */
function tryAcquire(name: string): Promise<Release | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => waiting.delete(socket));
    socket.write(`process ${process.pid} of ${root}`);
  });
  const release = () => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
  return new Promise((done, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") done(undefined);
      else failed(error);
    });
    server.listen(name, () => done(release));
  });
}

function untilReleased(name: string, tell: (holder: string) => void): Promise<void> {
  return new Promise((released) => {
    const socket = connect(name);
    socket.on("data", (holder) => tell(holder.toString()));
    socket.on("error", () => released());
    socket.on("close", () => released());
  });
}
