import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { badRequest, HttpError } from "../errors.ts";
import type { Pool, Queryable } from "../store/pool.ts";
import type { Scope } from "./access.ts";
import { hashSecret, randomToken } from "./hash.ts";

/** The key by which a client signs its refresh requests: RSA of a sound size. */
export function readPublicKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: "pem", type: "spki" });
  } catch {
    throw badRequest("public_key is no public key");
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < 2048 || bits > 8192)
    throw badRequest("public_key must be RSA with 2048 to 8192 bits");
  return key;
}

const hash = (secret: string, token: string) => hashSecret(secret, "refresh-token", token);

/** Makes a refresh token that only the holder of the key can use. It ends 90 days after its last use. */
export async function issueRefreshToken(
  on: Queryable,
  secret: string,
  owner: { readonly database: string; readonly user: string; readonly scopes: readonly Scope[] },
  publicKey: string,
): Promise<string> {
  readPublicKey(publicKey);
  const token = randomToken();
  await on.query(
    `INSERT INTO dexie_cloud.refresh_tokens (hash, database_id, user_id, public_key, scopes, expires)
     VALUES ($1, $2, $3, $4, $5, now() + interval '90 days')`,
    [hash(secret, token), owner.database, owner.user, publicKey, owner.scopes],
  );
  return token;
}

export interface RefreshRequest {
  readonly token: string;
  readonly timestamp: number;
  readonly signature: string;
}

const clockSkew = 24 * 60 * 60 * 1000;

/** True when the holder of the key signed the token and a time that is not far from now. */
export function isSigned(
  { token, timestamp, signature }: RefreshRequest,
  publicKey: string,
  now: number,
): boolean {
  if (Math.abs(now - timestamp) > clockSkew) return false;
  const signed = Buffer.from(`${token}${timestamp}`);
  return verify("RSA-SHA256", signed, readPublicKey(publicKey), Buffer.from(signature, "base64"));
}

/** The user and scopes a refresh token stands for. */
export async function redeemRefreshToken(
  pool: Pool,
  secret: string,
  database: string,
  request: RefreshRequest,
): Promise<{ readonly user: string; readonly scopes: readonly Scope[] }> {
  const refused = new HttpError(401, "The refresh token is not valid. Please log in again.");
  const { rows } = await pool.query<{ user_id: string; scopes: Scope[]; public_key: string }>(
    `SELECT user_id, scopes, public_key FROM dexie_cloud.refresh_tokens
     WHERE hash = $1 AND database_id = $2 AND expires > now()`,
    [hash(secret, request.token), database],
  );
  const [row] = rows;
  if (!row || !isSigned(request, row.public_key, Date.now())) throw refused;
  await pool.query(
    "UPDATE dexie_cloud.refresh_tokens SET expires = now() + interval '90 days' WHERE hash = $1",
    [hash(secret, request.token)],
  );
  return { user: row.user_id, scopes: row.scopes };
}
