import type { FastifyInstance } from "fastify";
import { createDatabase, newDatabaseId } from "../store/databases.ts";
import { patiently } from "../store/outage.ts";
import { inTransaction } from "../store/pool.ts";
import { createClient } from "../tokens/clients.ts";
import { grantTokens } from "../tokens/grants.ts";
import { requireScope } from "./bearer.ts";
import type { Context } from "./context.ts";

/** What the command line client asks of the service itself. It uses these paths with and without `/service`. */
export function serviceRoutes(app: FastifyInstance, context: Context): void {
  const { pool, config } = context;
  for (const prefix of ["", "/service"]) {
    app.post(`${prefix}/token`, ({ body }) => patiently(() => grantTokens(context, null, body)));

    app.post(`${prefix}/create-db`, async (request) => {
      const { sub } = requireScope(request, config.secret, null, "CREATE_DB");
      const id = newDatabaseId();
      const credentials = await patiently(() =>
        inTransaction(pool, async (on) => {
          await createDatabase(on, id, sub);
          return createClient(on, config.secret, id, sub);
        }),
      );
      return { url: new URL(`/${id}`, config.publicUrl).href, ...credentials };
    });
  }
}
