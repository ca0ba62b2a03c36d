import { createServer } from "node:net";

/** Below those that the kernel gives to whoever asks for any, and above those of the local node. */
const ports = { first: 11_000, count: 19_000, ofProcess: 20 };
let given = 0;

/** A port on loopback that no other process of the tests is given until this one has taken it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.first + ((process.pid * ports.ofProcess + given++) % ports.count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((told) => {
    const server = createServer();
    server.once("error", () => told(false));
    server.listen(port, "127.0.0.1", () => server.close(() => told(true)));
  });
}
