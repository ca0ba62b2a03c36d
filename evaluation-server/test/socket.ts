import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { realmSetHash } from "../src/sync/realms.ts";
import type { ServerMessage } from "../src/changes/messages.ts";
import type { Device } from "./device.ts";
import type { Replica } from "./replica.ts";

export interface SocketOptions {
  readonly database?: string;
  readonly origin?: string;
  readonly token?: string | undefined;
  readonly identity?: string;
}

const addressOf = (replica: Replica, { database = "zdemo", token, identity = "device" }: SocketOptions) => {
  const url = new URL(`${replica.origin.replace("http", "ws")}/${database}//changes`);
  const query = { v: "3", rev: "", clientId: identity, ...(token !== undefined && { token }) };
  url.search = new URLSearchParams(query).toString();
  return url;
};

/** The status by which the server refuses a socket; 101 when it does not. */
export async function upgradeStatus(replica: Replica, options: SocketOptions): Promise<number | undefined> {
  const socket = new WebSocket(addressOf(replica, options), {
    ...(options.origin !== undefined && { origin: options.origin }),
  });
  return new Promise((resolve) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode);
      response.resume();
    });
    socket.on("error", () => undefined);
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
  });
}

/** How the server answers to who wants a socket at a target that no client would name. */
export async function answerTo(replica: Replica, target: string): Promise<string> {
  const socket = connect({ host: "localhost", port: Number(new URL(replica.origin).port) });
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  return text(socket);
}

/** A client's end of a socket. */
export class Socket {
  readonly #socket: WebSocket;
  readonly #messages: ServerMessage[] = [];
  readonly #waiting: ((message: ServerMessage) => void)[] = [];
  readonly #closed: Promise<unknown[]>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = once(socket, "close");
    socket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString()) as ServerMessage;
      const next = this.#waiting.shift();
      if (next) next(message);
      else this.#messages.push(message);
    });
  }

  static async open(replica: Replica, options: SocketOptions): Promise<Socket> {
    const socket = new WebSocket(addressOf(replica, options));
    const opened = new Socket(socket);
    await once(socket, "open");
    return opened;
  }

  /** Opens the socket of a device and says that it is ready. */
  static async of(device: Device, replica: Replica): Promise<Socket> {
    const socket = await Socket.open(replica, device);
    socket.ready(device);
    return socket;
  }

  /** Says what the device has: a real one does not say how far its own writes have carried it since. */
  ready(device: Device, revision = device.revision): void {
    this.send({ type: "ready", rev: revision, realmSetHash: realmSetHash(device.realms) });
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  next(): Promise<ServerMessage> {
    const message = this.#messages.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes the next changes and says so, as the addon does. */
  async takeChanges(device: Device): Promise<void> {
    const message = await this.next();
    if (message.type !== "changes") throw new Error(`Changes were expected, not ${message.type}`);
    if (message.baseRev !== device.revision) throw new Error("The changes have another base");
    device.take(message.changes, message.newRev);
    this.ready(device);
  }

  /** From now on the client takes nothing of what it is sent. */
  stopReading(): void {
    this.#socket.pause();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** The code with which the server closed the socket. */
  async closeCode(): Promise<number> {
    const [code] = await this.#closed;
    return code as number;
  }

  close(): void {
    this.#socket.close();
  }
}
