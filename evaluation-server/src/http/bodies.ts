import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { HttpError } from "../errors.ts";

/** No request may have a larger body, packed or unpacked. */
export const bodyLimit = 10 * 1024 * 1024;

/**
 * Accepts TSON (which is read as plain JSON) and bodies packed with gzip.
 * The rest of a body that is answered before its end is read and thrown away (for at most the request timeout):
 * a connection closed under a client that still sends is reset, and the answer may be lost with it.
 */
export function acceptBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(["application/tson", "application/x-tson"], { parseAs: "string" }, parse);

  app.addHook("preParsing", (request, _reply, payload, done) => {
    const encoding = request.headers["content-encoding"];
    if (encoding === undefined || encoding === "identity") {
      done(null, payload);
      return;
    }
    if (encoding !== "gzip") {
      done(new HttpError(415, { error: "unsupported content encoding" }));
      return;
    }
    // The length is that of the packed body; the limit is checked on what comes out.
    delete request.headers["content-length"];
    done(
      null,
      pipeline(payload, createGunzip(), () => undefined),
    );
  });

  app.addHook("onSend", ({ raw }, reply, _payload, done) => {
    if (!raw.complete) {
      void reply.removeHeader("connection");
      raw.unpipe().resume();
    }
    done();
  });
}
