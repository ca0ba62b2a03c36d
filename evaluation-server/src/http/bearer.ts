import type { FastifyRequest } from "fastify";
import { HttpError } from "../errors.ts";
import { type Claims, type Scope, openClaims } from "../tokens/access.ts";

/** The claims of the request's token; undefined when it has none. */
export function bearer(request: FastifyRequest, secret: string, database: string | null): Claims | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const [, token = ""] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  const opened = openClaims(secret, token, database);
  if (opened.state === "valid") return opened.claims;
  throw new HttpError(401, opened.state === "expired" ? "The token has expired." : "The token is not valid.");
}

/** The claims of the request's token, which must have a scope. */
export function requireScope(
  request: FastifyRequest,
  secret: string,
  database: string | null,
  scope: Scope,
): Claims {
  const claims = bearer(request, secret, database);
  if (!claims) throw new HttpError(401, "A token is needed.");
  if (!claims.scopes.includes(scope)) throw new HttpError(403, `The token lacks the scope ${scope}.`);
  return claims;
}
