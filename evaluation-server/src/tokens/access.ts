import { createHmac, timingSafeEqual } from "node:crypto";

/** What a bearer may do; names as the public client uses them. */
export const scopes = [
  "ACCESS_DB",
  "IMPERSONATE",
  "MANAGE_DB",
  "GLOBAL_READ",
  "GLOBAL_WRITE",
  "DELETE_DB",
  "CREATE_DB",
  "CONNECT_CLIENT",
] as const;
export type Scope = (typeof scopes)[number];

export interface Claims {
  /** The database the token is for; null: the service itself. */
  readonly database: string | null;
  /** User id, which is also the id of the user's own realm. */
  readonly sub: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly scopes: readonly Scope[];
  /** Milliseconds since 1970. */
  readonly expires: number;
}

export const lifetime = 60 * 60 * 1000;

const sign = (secret: string, payload: string): Buffer =>
  createHmac("sha256", secret).update(`access-token.${payload}`).digest();

/** An access token: claims and their signature. */
export function seal(secret: string, claims: Claims): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${payload}.${sign(secret, payload).toString("base64url")}`;
}

export type Opened =
  { readonly state: "valid" | "expired"; readonly claims: Claims } | { readonly state: "invalid" };

/** Checks a token for a database. Only a token that was genuine can be expired. */
export function unseal(secret: string, token: string, database: string | null, now = Date.now()): Opened {
  const [payload, signature, ...more] = token.split(".");
  if (payload === undefined || signature === undefined || more.length > 0) return { state: "invalid" };
  const given = Buffer.from(signature, "base64url");
  const right = sign(secret, payload);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return { state: "invalid" };
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
  if (claims.database !== database) return { state: "invalid" };
  return { state: claims.expires > now ? "valid" : "expired", claims };
}
