import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { databaseExists, isDatabaseId } from "../store/databases.ts";
import { isStorable } from "../store/objects.ts";
import { patiently } from "../store/outage.ts";
import type { Pool } from "../store/pool.ts";
import { type Claims, openClaims } from "../tokens/access.ts";
import { Connection, type ConnectionHooks, type Peer } from "./connection.ts";
import type { Hub } from "./hub.ts";

export interface UpgradeContext {
  readonly pool: Pool;
  readonly secret: string;
  readonly hub: Hub;
  readonly hooks: ConnectionHooks;
  /** Whether pages of an origin may use a database. */
  isAllowed(database: string, origin: string): Promise<boolean>;
}

const messageLimit = 64 * 1024;

type Admission = { readonly peer: Peer } | { readonly status: string };

/** Who wants to connect, or the status to refuse with. A token that has expired is let in to be told so. */
async function admit(context: UpgradeContext, request: IncomingMessage): Promise<Admission> {
  const url = URL.parse((request.url ?? "/").replace(/^\/+/, "/"), "http://server");
  if (!url) return { status: "400 Bad Request" };
  const [, database = "", name, ...more] = url.pathname.split(/\/+/);
  const client = url.searchParams.get("clientId") ?? "";
  if (name !== "changes" || more.length > 0 || !isDatabaseId(database)) return { status: "404 Not Found" };
  if (client.length === 0 || client.length > 200 || !isStorable(client)) return { status: "400 Bad Request" };
  if (!(await databaseExists(context.pool, database))) return { status: "404 Not Found" };
  const { origin } = request.headers;
  if (origin !== undefined && !(await context.isAllowed(database, origin)))
    return { status: "403 Forbidden" };
  const token = url.searchParams.get("token");
  let claims: Claims | undefined;
  if (token !== null) {
    const opened = openClaims(context.secret, token, database);
    if (opened.state === "invalid" || !opened.claims.scopes.includes("ACCESS_DB"))
      return { status: "401 Unauthorized" };
    ({ claims } = opened);
  }
  return { peer: { database, client, claims } };
}

const refuse = (socket: Duplex, status: string): void =>
  void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);

/** Turns requests for `/<database>/changes` into sockets of the hub. */
export function upgradeHandler(context: UpgradeContext) {
  const { hub, hooks } = context;
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit });

  async function handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admission = await patiently(() => admit(context, request));
    if ("status" in admission) {
      refuse(socket, admission.status);
      return;
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, admission.peer, hooks);
      hub.add(connection);
      webSocket.on("close", () => hub.remove(connection));
    });
  }

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy());
    handle(request, socket, head).catch((error: unknown) => {
      hooks.onError(error);
      refuse(socket, "503 Service Unavailable");
    });
  };
}
