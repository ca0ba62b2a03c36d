import { createHmac, timingSafeEqual } from "node:crypto";

const sign = (secret: string, purpose: string, payload: string): Buffer =>
  createHmac("sha256", secret).update(`${purpose}.${payload}`).digest();

/** Content and its signature: clients keep it, and it comes back unchanged or not at all. */
export function seal(secret: string, purpose: string, content: object): string {
  const payload = Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${payload}.${sign(secret, purpose, payload).toString("base64url")}`;
}

/** What was sealed for a purpose; undefined when it was not. */
export function unseal(secret: string, purpose: string, text: string): unknown {
  const [payload, signature, ...more] = text.split(".");
  if (payload === undefined || signature === undefined || more.length > 0) return undefined;
  const given = Buffer.from(signature, "base64url");
  const right = sign(secret, purpose, payload);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}
