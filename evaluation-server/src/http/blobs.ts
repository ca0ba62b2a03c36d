import type { FastifyInstance } from "fastify";
import { badRequest, HttpError } from "../errors.ts";
import { loadBlob, saveBlob } from "../store/blobs.ts";
import { patiently } from "../store/outage.ts";
import { realmsOf } from "../sync/realms.ts";
import { bearer, requireScope } from "./bearer.ts";
import { bodyLimit } from "./bodies.ts";
import type { Context } from "./context.ts";

interface BlobParams {
  readonly Params: { readonly database: string; readonly blob: string };
}

const version = "1";
const idPattern = /^[\w|-]{8,64}$/;

/** Large values, which clients send and fetch apart from the objects that refer to them. */
export function blobRoutes(app: FastifyInstance, { pool, config }: Context): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.put<BlobParams>("/blob/:blob", { bodyLimit }, async (request) => {
    const { database, blob: id } = request.params;
    const { sub } = requireScope(request, config.secret, database, "ACCESS_DB");
    if (!idPattern.test(id)) throw badRequest("blob id");
    const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!(await patiently(() => saveBlob(pool, database, { id, realm: sub, content }))))
      throw new HttpError(403, "The id is taken.");
    return { ref: `${version}:${id}` };
  });

  app.get<BlobParams>("/blob/:blob", async (request, reply) => {
    const { database, blob: ref } = request.params;
    const claims = bearer(request, config.secret, database);
    const [, id = ""] = /^1:(.+)$/.exec(ref) ?? [];
    const realms = realmsOf(claims?.sub);
    const content = idPattern.test(id) && (await patiently(() => loadBlob(pool, database, id, realms)));
    if (!content) throw new HttpError(404, "There is no such blob, or not for you.");
    // Never shown as a page: blobs are what users wrote, and the demo page has the same origin.
    return reply
      .header("content-type", "application/octet-stream")
      .header("content-disposition", "attachment")
      .header("cache-control", "private, no-store")
      .send(content);
  });
}
