import type { Notice } from "../store/notify.ts";
import type { Connection } from "./connection.ts";

/** All sockets of this replica. */
export class Hub {
  readonly #connections = new Set<Connection>();

  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
  }

  get size(): number {
    return this.#connections.size;
  }

  /** A database changed. Who changed it has heard so by the answer to its request. */
  wake({ database, client }: Notice): void {
    for (const connection of this.#connections) {
      if (connection.peer.database === database && connection.peer.client !== client) connection.wake();
    }
  }

  wakeAll(): void {
    for (const connection of this.#connections) connection.wake();
  }

  closeAll(code: number): void {
    for (const connection of this.#connections) connection.close(code);
  }

  terminateAll(): void {
    for (const connection of this.#connections) connection.terminate();
  }
}
