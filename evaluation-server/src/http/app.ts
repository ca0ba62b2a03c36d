import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { describeError, HttpError } from "../errors.ts";
import { databaseExists, isDatabaseId } from "../store/databases.ts";
import { isOutage, isTooSlow, patiently } from "../store/outage.ts";
import { blobRoutes } from "./blobs.ts";
import { acceptBodies, smallBodyLimit } from "./bodies.ts";
import type { Context, DatabaseParams } from "./context.ts";
import { allowOrigins, originPolicy } from "./cors.ts";
import { databaseRoutes } from "./database.ts";
import { healthRoutes } from "./health.ts";
import { missingRoutes } from "./missing.ts";
import { pageRoutes } from "./page.ts";
import { serviceRoutes } from "./service.ts";

/** A slow line needs minutes for the largest body. */
const requestTimeout = 5 * 60_000;

/** Clients write `//sync` when the database URL ends with a slash. */
const singleSlashes = (url: string): string => {
  const [path = "", ...query] = url.split("?");
  return [path.replace(/\/{2,}/g, "/"), ...query].join("?");
};

function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof HttpError) {
    if (error.statusCode === 400) request.log.info({ problem: error.body }, "malformed request");
    return reply.code(error.statusCode).send(error.body);
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    request.log.info({ code: error.code }, "malformed request");
    return reply.code(status).send({ error: "bad request", code: error.code });
  }
  if (isOutage(error)) {
    const problem = isTooSlow(error) ? "the database took too long" : "the database cannot be reached";
    request.log.error(describeError(error), problem);
    return reply.code(503).header("retry-after", "5").send({ error: problem });
  }
  request.log.error(describeError(error), "request failed");
  return reply.code(500).send({ error: "internal error" });
}

/** One line for each answer: which route, how it went and how long it took. No address, path, query or content. */
function logAnswers(app: FastifyInstance): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { database } = request.params as { database?: string };
    const quiet = request.routeOptions.url === "/health" || request.routeOptions.url === "/ready";
    request.log[quiet ? "debug" : "info"](
      {
        method: request.method,
        route: request.routeOptions.url,
        ...(database !== undefined && { database }),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      "answered",
    );
    done();
  });
}

/** What Fastify itself may log. The errors of Node's parser have more on them: the bytes that it could not read. */
const serializers = {
  req: () => ({}),
  res: () => ({}),
  err: ({ name, code, message, stack = "" }: FastifyError) => ({ type: name, code, message, stack }),
};

/** All that is answered over HTTP. `publicFolder` holds the demo page, if there is one. */
export async function createApp(
  context: Context,
  publicFolder: string,
  logger: { readonly level: string },
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: smallBodyLimit,
    forceCloseConnections: "idle",
    requestTimeout,
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: (request) => singleSlashes(request.url ?? "/"),
    logController: new LogController({ disableRequestLogging: true }),
    logger: { ...logger, base: null, serializers },
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "not found" }));
  app.addHook("onSend", (_request, reply, _payload, done) => {
    void reply.header("x-content-type-options", "nosniff");
    if (context.isStopping()) void reply.header("connection", "close");
    done();
  });
  logAnswers(app);
  await allowOrigins(app, originPolicy(context.pool, context.config.publicUrl));
  acceptBodies(app);
  healthRoutes(app, context);
  pageRoutes(app, publicFolder);
  serviceRoutes(app, context);
  await app.register(databaseScope(context), { prefix: "/:database" });
  return app;
}

/** Everything below the address of a database that exists. */
const databaseScope =
  (context: Context) =>
  async (scope: FastifyInstance): Promise<void> => {
    scope.addHook<DatabaseParams>("onRequest", async ({ params: { database } }) => {
      if (!isDatabaseId(database) || !(await patiently(() => databaseExists(context.pool, database))))
        throw new HttpError(404, { error: "no such database" });
    });
    databaseRoutes(scope, context);
    missingRoutes(scope);
    await scope.register((inner, _options, done) => {
      blobRoutes(inner, context);
      done();
    });
  };
