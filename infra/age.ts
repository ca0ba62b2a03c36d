import { createPrivateKey, createPublicKey } from "node:crypto";
import { bech32 } from "@scure/base";

const recipientPrefix = "age";
const identityPrefix = "age-secret-key-";
const keyBytes = 32;
/** ASN.1 around the 32 bytes of an X25519 private key (RFC 8410). */
const pkcs8Header = Buffer.from("302e020100300506032b656e04220420", "hex");

/** True for an X25519 recipient, such as age1…, whose checksum is right. */
export function isAgeRecipient(text: string): boolean {
  return text === text.toLowerCase() && decode(text, recipientPrefix) !== undefined;
}

/** The identities in the text of an age identity file. Comments and everything else are left out. */
export function ageIdentities(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => decode(line, identityPrefix) !== undefined);
}

/** The recipient of an identity. */
export function recipientOf(identity: string): string {
  const secret = decode(identity, identityPrefix);
  if (secret === undefined) throw new Error("not an age identity");
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Header, secret]),
    format: "der",
    type: "pkcs8",
  });
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return bech32.encode(recipientPrefix, bech32.toWords(Buffer.from(x, "base64url")));
}

function decode(text: string, prefix: string): Uint8Array | undefined {
  const decoded = bech32.decodeUnsafe(text);
  if (decoded?.prefix !== prefix) return undefined;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  return bytes?.length === keyBytes ? Uint8Array.from(bytes) : undefined;
}
