import cors, { type FastifyCorsOptions } from "@fastify/cors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { hasOrigin, isDatabaseId } from "../store/databases.ts";
import { patiently } from "../store/outage.ts";
import type { Pool } from "../store/pool.ts";

/** Whether pages of an origin may use a database: the server's own pages may, others when they are on the white list. */
export function originPolicy(pool: Pool, publicUrl: URL) {
  return async (database: string, origin: string): Promise<boolean> =>
    origin === publicUrl.origin ||
    (isDatabaseId(database) && origin.length <= 300 && hasOrigin(pool, database, origin));
}

const databaseOf = (request: FastifyRequest): string => /^\/+([^/?]+)/.exec(request.raw.url ?? "")?.[1] ?? "";

/** Answers preflights and echoes allowed origins: requests carry credentials, so `*` would not do. */
export async function allowOrigins(
  app: FastifyInstance,
  isAllowed: (database: string, origin: string) => Promise<boolean>,
): Promise<void> {
  const options = async (request: FastifyRequest): Promise<FastifyCorsOptions> => {
    const { origin } = request.headers;
    const allowed = origin !== undefined && (await patiently(() => isAllowed(databaseOf(request), origin)));
    return {
      origin: allowed ? [origin] : false,
      credentials: true,
      methods: ["GET", "POST", "PUT", "DELETE"],
      allowedHeaders: ["authorization", "content-type", "content-encoding"],
      exposedHeaders: ["Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"],
      maxAge: 600,
    };
  };
  await app.register(
    cors,
    () => (request: FastifyRequest, done: (error: Error | null, options?: FastifyCorsOptions) => void) => {
      options(request).then(
        (found) => done(null, found),
        (error: unknown) => done(error as Error),
      );
    },
  );
}
