import { X509Certificate } from "node:crypto";

/** How the name of every authority begins that the kit makes. */
export const authorityName = "CN=Dexie Cloud kit authority of ";

/** True for a certificate, in PEM, that the kit issued. */
export const isIssuedByKit = (certificate: string): boolean =>
  new X509Certificate(certificate).issuer.startsWith(authorityName);
