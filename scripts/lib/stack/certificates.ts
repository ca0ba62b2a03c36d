// @peculiar/x509 needs this polyfill before it is loaded.
import "reflect-metadata";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { authorityName } from "./authority.ts";

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a stack needs for TLS. `ca` signed the others. */
export interface Certificates {
  readonly ca: string;
  readonly postgres: KeyPair;
  readonly backup: KeyPair;
  readonly edge: KeyPair;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
const authorityDays = 3650;
const leafDays = 397;

/**
 * Makes a private authority and the certificates it signs. The authority's key is forgotten afterwards,
 * so nobody can sign another certificate that clients of this stack would trust.
 */
export async function makeCertificates(
  stack: string,
  databaseNamespace: string,
  publicHost: string,
  now = new Date(),
): Promise<Certificates> {
  const authorityKeys = await generateKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: `${authorityName}${stack}`,
    ...validity(now, authorityDays),
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });

  const issue = async (commonName: string, names: readonly string[], usage: x509.ExtendedKeyUsage) => {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: authority.subject,
      ...validity(now, leafDays),
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      ],
    });
    return { certificate: `${certificate.toString("pem")}\n`, key: await privateKeyPem(keys.privateKey) };
  };

  return {
    ca: `${authority.toString("pem")}\n`,
    postgres: await issue(
      "postgres",
      [`postgres.${databaseNamespace}.svc`],
      x509.ExtendedKeyUsage.serverAuth,
    ),
    backup: await issue("backup", ["backup"], x509.ExtendedKeyUsage.clientAuth),
    edge: await issue(publicHost, edgeNames(publicHost), x509.ExtendedKeyUsage.serverAuth),
  };
}

/** The public host, and the loopback names where that is what the public host is. */
export function edgeNames(publicHost: string): string[] {
  const loopback = ["localhost", "127.0.0.1"];
  return loopback.includes(publicHost) ? loopback : [publicHost];
}

function alternativeName(name: string): x509.JsonGeneralName {
  return { type: isIP(name) === 0 ? "dns" : "ip", value: name };
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  // A clock a little behind ours must not find the certificate "not yet valid".
  return { notBefore: new Date(now.getTime() - dayMs), notAfter: new Date(now.getTime() + days * dayMs) };
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}
