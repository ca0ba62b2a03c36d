import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { HttpError } from "../errors.ts";

/** No request may have a larger body, packed or unpacked. */
export const bodyLimit = 10 * 1024 * 1024;

/** For all that carries no data of users. */
export const smallBodyLimit = 64 * 1024;

/** A value takes up to fifty times the room of its text, here and in what is made of it. */
const mostValues = 500_000;

/** Counts what begins or separates values, outside of texts. */
export function hasTooManyValues(json: string, most = mostValues): boolean {
  let count = 0;
  let isInText = false;
  for (let index = 0; index < json.length && count <= most; index++) {
    const character = json[index];
    if (character === '"') isInText = !isInText;
    else if (isInText && character === "\\") index++;
    else if (!isInText && (character === "," || character === "[" || character === "{")) count++;
  }
  return count > most;
}

/**
 * Accepts TSON (which is read as plain JSON) and bodies packed with gzip.
 * The rest of a body that is answered before its end is read and thrown away (for at most the request timeout):
 * a connection closed under a client that still sends is reset, and the answer may be lost with it.
 */
export function acceptBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  const types = ["application/json", "application/tson", "application/x-tson"];
  app.removeContentTypeParser(types);
  app.addContentTypeParser<string>(types, { parseAs: "string" }, (request, body, done) => {
    if (hasTooManyValues(body)) done(new HttpError(413, { error: "too many values" }));
    else void parse(request, body, done);
  });

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
