import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How secrets are stored: keyed, so that a copy of the database alone does not allow to guess short ones. */
export const hashSecret = (secret: string, kind: string, text: string): Buffer =>
  createHmac("sha256", secret).update(`${kind}.${text}`).digest();

export const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

export const randomToken = (): string => randomBytes(32).toString("base64url");
