import { connect, createServer, type Socket } from "node:net";
import { root } from "../paths.ts";
import type { Phase } from "../say.ts";

// An abstract socket, not a file: the kernel frees it in the moment its holder dies, and nothing is left behind.
const machineWide = "\0dexie-cloud-kit/local-node";

type Release = () => void;

/** Does something with the machine's one node while no other process does. Says whom it waits for. */
export async function whileNodeLocked<T>(
  phase: Phase,
  work: () => Promise<T>,
  name = machineWide,
): Promise<T> {
  const release = await acquire(name, phase);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(name: string, phase: Phase): Promise<Release> {
  for (;;) {
    const release = await tryAcquire(name);
    if (release) return release;
    await untilReleased(name, phase);
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

function untilReleased(name: string, phase: Phase): Promise<void> {
  return new Promise((released) => {
    const socket = connect(name);
    socket.on("data", (holder) => phase.waitingFor(`work on the local node by ${holder.toString()}`));
    socket.on("error", () => released());
    socket.on("close", () => released());
  });
}
