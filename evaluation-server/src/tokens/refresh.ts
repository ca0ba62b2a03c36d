import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { badRequest, HttpError } from "../errors.ts";
import type { User } from "../store/databases.ts";
import type { Scope } from "./access.ts";
import { seal, unseal } from "./sealed.ts";

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

/** A login, as its device can go on with it. */
export interface Login {
  readonly database: string;
  readonly user: User;
  readonly scopes: readonly Scope[];
  readonly publicKey: string;
}

const purpose = "refresh-token";

/**
 * Makes a refresh token that only the holder of the key can use. The database does not hold it: a device that logged in
 * after the moment that a database is restored to would be locked out, with all that it has not sent yet.
 */
export function issueRefreshToken(secret: string, login: Login): string {
  readPublicKey(login.publicKey);
  return seal(secret, purpose, login);
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

/** The login that a refresh token stands for. */
export function redeemRefreshToken(secret: string, database: string, request: RefreshRequest): Login {
  const login = unseal(secret, purpose, request.token) as Login | undefined;
  if (login?.database !== database || !isSigned(request, login.publicKey, Date.now()))
    throw new HttpError(401, "The refresh token is not valid. Please log in again.");
  return login;
}
