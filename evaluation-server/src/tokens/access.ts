import { seal, unseal } from "./sealed.ts";

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

const purpose = "access-token";

/** An access token: claims that cannot be changed. */
export const sealClaims = (secret: string, claims: Claims): string => seal(secret, purpose, claims);

export type Opened =
  { readonly state: "valid" | "expired"; readonly claims: Claims } | { readonly state: "invalid" };

/** Checks a token for a database. Only a token that was genuine can be expired. */
export function openClaims(secret: string, token: string, database: string | null, now = Date.now()): Opened {
  const claims = unseal(secret, purpose, token) as Claims | undefined;
  if (claims?.database !== database) return { state: "invalid" };
  return { state: claims.expires > now ? "valid" : "expired", claims };
}
