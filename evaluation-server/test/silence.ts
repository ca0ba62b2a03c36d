import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { atEnd } from "./cleanup.ts";

export interface Link {
  readonly port: number;
  /** From now on nothing passes, and nobody is told: as when the machine at the other end is gone. */
  fallSilent(): void;
  /** New connections pass again; the silent ones stay silent. */
  recover(): void;
}

/** A connection to a port that can fall silent. */
export async function openLink(target: number): Promise<Link> {
  let silent = false;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    open.add(near);
    near.on("error", () => near.destroy());
    if (silent) return;
    const far = connect(target, "127.0.0.1");
    far.on("error", () => near.destroy());
    near.on("close", () => far.destroy());
    near.pipe(far).pipe(near);
    open.add(far);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  atEnd(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent: () => {
      silent = true;
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
      }
    },
    recover: () => void (silent = false),
  };
}
