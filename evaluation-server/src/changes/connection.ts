import type { RawData, WebSocket } from "ws";
import type { Claims } from "../tokens/access.ts";
import { parseClientMessage, writeMessage } from "./messages.ts";
import type { Reader } from "./next.ts";

/** A pong that comes at once looks, to the client, older than its ping and makes it reconnect. */
const pongDelay = 250;
/** Clients ping every 30 s. */
const silence = 90_000;
/** A client says that it is ready when it has read what it was sent before, so that nearly nothing of it is left here. */
const mostUnread = 1024 * 1024;
/** A client whose token has expired connects anew with another one, but not when it could not get one. */
const renewal = 15_000;

export interface ConnectionHooks {
  /** What the client should hear next, as JSON. */
  next(reader: Reader): Promise<Buffer | undefined>;
  onError(error: unknown): void;
}

export interface Peer {
  readonly database: string;
  readonly client: string;
  readonly claims: Claims | undefined;
}

/** One client's socket: sends one message at a time, and only when the client has said that it is ready. */
export class Connection {
  readonly peer: Peer;
  readonly #socket: WebSocket;
  readonly #hooks: ConnectionHooks;
  #ready: { revision: string; realmSetHash: string } | undefined;
  #looking = false;
  #lookAgain = false;
  #pong: NodeJS.Timeout | undefined;
  #silent: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, peer: Peer, hooks: ConnectionHooks) {
    this.peer = peer;
    this.#socket = socket;
    this.#hooks = hooks;
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearTimeout(this.#pong);
      clearTimeout(this.#silent);
      clearTimeout(this.#expiry);
    });
    this.#heard();
    this.#watchExpiry();
  }

  /** Looks whether there is news for the client. */
  wake(): void {
    this.#lookAgain = true;
    if (!this.#looking) void this.#look();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #heard(): void {
    clearTimeout(this.#silent);
    this.#silent = setTimeout(() => this.#socket.terminate(), silence);
  }

  #watchExpiry(): void {
    const expires = this.peer.claims?.expires;
    if (expires === undefined) return;
    const tell = () => {
      this.#ready = undefined;
      this.#send(writeMessage({ type: "token-expired" }));
      // A client that stays takes itself for connected, and hears nothing. One that is cut tries again until it can.
      this.#expiry = setTimeout(() => this.#socket.close(1008, "token expired"), renewal);
    };
    this.#expiry = setTimeout(tell, Math.max(0, expires - Date.now()));
  }

  #isExpired(): boolean {
    return (this.peer.claims?.expires ?? Infinity) <= Date.now();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heard();
    // Binary frames are Y.js messages, which this server does not have.
    if (isBinary) return;
    const message = parseClientMessage((data as Buffer).toString());
    if (!message) {
      this.#socket.close(1008, "unknown message");
      return;
    }
    if (message.type === "ping") {
      this.#pong ??= setTimeout(() => this.#answerPing(), pongDelay);
      return;
    }
    if (this.#socket.bufferedAmount > mostUnread) {
      this.#socket.terminate();
      return;
    }
    if (this.#isExpired()) return;
    this.#ready = { revision: message.rev, realmSetHash: message.realmSetHash };
    this.wake();
  }

  /** To who has not read all, the rest tells as much as a pong. */
  #answerPing(): void {
    this.#pong = undefined;
    if (this.#socket.bufferedAmount === 0) this.#send(writeMessage({ type: "pong" }));
  }

  async #look(): Promise<void> {
    this.#looking = true;
    try {
      while (this.#lookAgain && this.#ready) {
        this.#lookAgain = false;
        const ready = this.#ready;
        const { database, client, claims } = this.peer;
        const message = await this.#hooks.next({ database, client, user: claims?.sub, ...ready });
        // A newer "ready" may have come meanwhile; it has asked to look again.
        if (!message || this.#ready !== ready || this.#isExpired()) continue;
        this.#ready = undefined;
        this.#send(message);
      }
    } catch (error) {
      // Without an answer the client would wait for ever: let it connect again.
      this.#hooks.onError(error);
      this.#socket.close(1011, "try again");
    } finally {
      this.#looking = false;
    }
  }

  #send(message: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message, { binary: false });
  }
}
