import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { badRequest, HttpError } from "../errors.ts";
import { addOrigin, listOrigins, removeOrigin } from "../store/databases.ts";
import { patiently } from "../store/outage.ts";
import { answer } from "../sync/answer.ts";
import { parseSyncRequest } from "../sync/request.ts";
import { createClient, listClients } from "../tokens/clients.ts";
import { grantTokens } from "../tokens/grants.ts";
import { bodyLimit } from "./bodies.ts";
import { bearer, requireScope } from "./bearer.ts";
import type { Context, DatabaseParams } from "./context.ts";

/** A white list entry: the origin of pages, as browsers write it. */
function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw badRequest("origin must be like https://app.example.com");
  return url.origin;
}

/** Who syncs: a user with a token for it, or somebody anonymous. */
const userOf = (request: FastifyRequest, secret: string, database: string): string | undefined =>
  request.headers.authorization === undefined
    ? undefined
    : requireScope(request, secret, database, "ACCESS_DB").sub;

const json = "application/json; charset=utf-8";

const countEach = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

const whitelisting = z.object({
  origin: z.string().max(300).optional(),
  delete: z.literal("true").optional(),
  force: z.literal("true").optional(),
});

/** The routes of one database. */
export function databaseRoutes(app: FastifyInstance, context: Context): void {
  const { pool, config } = context;

  app.post<DatabaseParams>("/token", ({ params, body }) =>
    patiently(() => grantTokens(context, params.database, body)),
  );

  app.get<DatabaseParams>("/token/validate", (request) => {
    const claims = bearer(request, config.secret, request.params.database);
    if (!claims) throw new HttpError(401, "A token is needed.");
    return { valid: true, claims };
  });

  app.get("/auth-providers", () => ({ providers: [], otpEnabled: config.mailer !== undefined }));

  app.post<DatabaseParams>("/sync", { bodyLimit }, async (request, reply) => {
    const { database } = request.params;
    const user = userOf(request, config.secret, database);
    const syncRequest = parseSyncRequest(request.body);
    const pieces = await patiently(() =>
      answer(pool, database, user, syncRequest, (refusals) =>
        request.log.warn({ database, refused: countEach(refusals) }, "refused what a client wrote"),
      ),
    );
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return reply.headers({ "content-type": json, "content-length": length }).send(Readable.from(pieces));
  });

  app.post<DatabaseParams>("/whitelist", async (request) => {
    const { database } = request.params;
    requireScope(request, config.secret, database, "MANAGE_DB");
    const parsed = whitelisting.safeParse(request.body);
    if (!parsed.success) throw badRequest("origin, delete or force");
    const { origin, delete: remove } = parsed.data;
    if (origin === undefined) return patiently(() => listOrigins(pool, database));
    const change = remove ? removeOrigin : addOrigin;
    const page = readOrigin(origin);
    return patiently(() => change(pool, database, page));
  });

  app.get<DatabaseParams>("/clients", async (request) => {
    const { database } = request.params;
    requireScope(request, config.secret, database, "MANAGE_DB");
    const clients = await patiently(() => listClients(pool, database));
    return clients.map(({ id, email, scopes }) => ({ id, email, emailVerified: true, scopes }));
  });

  app.post<DatabaseParams>("/clients/connect", async (request) => {
    const { database } = request.params;
    const { sub } = requireScope(request, config.secret, database, "CONNECT_CLIENT");
    return patiently(() => createClient(pool, config.secret, database, sub));
  });
}
