import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { isIP } from "node:net";

/** True for a certificate in PEM. */
export const isCertificate = (pem: string): boolean => certificateOf(pem) !== undefined;

/** True for a private key in PEM, without a passphrase. */
export const isPrivateKey = (pem: string): boolean => privateKeyOf(pem) !== undefined;

/** False when the key is another certificate's. What cannot be read has a fault of its own. */
export function belongTogether(certificate: string, key: string): boolean {
  const [readable, own] = [certificateOf(certificate), privateKeyOf(key)];
  return readable === undefined || own === undefined || readable.checkPrivateKey(own);
}

/** True when a certificate is valid for a host name or address. */
export function coversHost(certificate: string, host: string): boolean {
  const readable = certificateOf(certificate);
  return (isIP(host) === 0 ? readable?.checkHost(host) : readable?.checkIP(host)) !== undefined;
}

/** The name that a certificate was issued for, of a person or program. */
export const commonName = (pem: string): string | undefined =>
  /^CN=(.*)$/m.exec(certificateOf(pem)?.subject ?? "")?.[1];

/** When a certificate is valid; undefined for what is none. */
export function validity(pem: string): { readonly from: Date; readonly to: Date } | undefined {
  const readable = certificateOf(pem);
  return readable && { from: new Date(readable.validFrom), to: new Date(readable.validTo) };
}

/** True when one of the authorities issued a certificate, by way of the chain that stands below it in its own PEM. */
export function isIssuedBy(pem: string, authorities: string): boolean {
  const [leaf, ...chain] = certificatesIn(pem);
  const trusted = certificatesIn(authorities);
  const issued = (certificate: X509Certificate, left: readonly X509Certificate[]): boolean =>
    trusted.some((authority) => signed(authority, certificate)) ||
    left.some(
      (next) =>
        signed(next, certificate) &&
        issued(
          next,
          left.filter((other) => other !== next),
        ),
    );
  return leaf !== undefined && issued(leaf, chain);
}

const signed = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** The certificates of a bundle or chain, each in PEM. */
export const separate = (pem: string): string[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map((one) => `${one}\n`);

const certificatesIn = (pem: string): X509Certificate[] =>
  separate(pem).flatMap((one) => certificateOf(one) ?? []);

const certificateOf = (pem: string): X509Certificate | undefined => parsed(() => new X509Certificate(pem));
const privateKeyOf = (pem: string): KeyObject | undefined => parsed(() => createPrivateKey(pem));

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
