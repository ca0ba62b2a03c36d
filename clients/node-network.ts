/** The network of a client process, which tests can cut. Installed before the addon is loaded. */
let isOnline = true;
let losesNextAnswer = false;
const sockets = new Set<WebSocket>();

const realFetch = globalThis.fetch;
const RealWebSocket = globalThis.WebSocket;

globalThis.fetch = async (...request) => {
  if (!isOnline) throw new TypeError("fetch failed: the test cut the network");
  const response = await realFetch(...request);
  const isSync = new URL(response.url).pathname.endsWith("/sync");
  if (isSync && losesNextAnswer) {
    losesNextAnswer = false;
    await response.body?.cancel();
    throw new TypeError("fetch failed: the test lost the answer");
  }
  return response;
};

globalThis.WebSocket = class extends RealWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(isOnline ? url : "ws://127.0.0.1:1/", protocols);
    sockets.add(this);
    this.addEventListener("close", () => sockets.delete(this));
  }
};

/** Cuts the network: open sockets break and requests fail. */
export function goOffline(): void {
  isOnline = false;
  for (const socket of sockets) socket.close();
}

export function goOnline(): void {
  isOnline = true;
}

/** The server will carry out the next sync, but its answer will not arrive. */
export function loseNextAnswer(): void {
  losesNextAnswer = true;
}
