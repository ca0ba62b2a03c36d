import type { Notice } from "../store/notify.ts";
import { realmsOf } from "../sync/realms.ts";
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

  /** Wakes who reads a realm that changed. Who changed it has heard so by the answer to its request. */
  wake({ database, client, realm }: Notice): void {
    for (const connection of this.#connections) {
      const { peer } = connection;
      const reads = peer.database === database && realmsOf(peer.claims?.sub).includes(realm);
      if (reads && peer.client !== client) connection.wake();
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
