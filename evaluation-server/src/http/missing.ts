import type { FastifyInstance } from "fastify";
import { notImplemented } from "../errors.ts";

/** Parts of the protocol that this server does not have (yet), and where clients would look for them. */
const missing: Record<string, readonly string[]> = {
  "REST API": ["/all/*", "/my/*", "/public/*", "/users", "/users/*"],
  "login by OAuth": ["/oauth/*"],
  "Y.js documents": ["/y/*"],
  import: ["/import", "/import/*"],
  export: ["/export", "/export/*"],
  "mail templates": ["/templates/*"],
  "management of API clients": ["/clients/add", "/clients/delete", "/clients/rotate"],
  maintenance: ["/clear-table", "/clear-realm", "/delete-db", "/undelete-db"],
};

export function missingRoutes(app: FastifyInstance): void {
  for (const [part, paths] of Object.entries(missing)) {
    for (const path of paths) {
      app.all(path, { onRequest: () => Promise.reject(notImplemented(part)) }, () => undefined);
    }
  }
}
