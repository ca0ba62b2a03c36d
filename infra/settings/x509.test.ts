// @peculiar/x509 needs this polyfill before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { isIssuedBy, validity } from "./x509.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const notBefore = new Date("2026-01-01T00:00:00Z");
const notAfter = new Date("2027-01-01T00:00:00Z");

interface Authority {
  readonly pem: string;
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

async function issue(name: string, issuer?: Authority): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore,
    notAfter,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    extensions: [new x509.BasicConstraintsExtension(true)],
  });
  return { pem: `${certificate.toString("pem")}\n`, name, keys };
}

const root = await issue("root");
const between = await issue("between", root);
const leaf = await issue("leaf", between);
const ofSameName = await issue("root");

test.each([
  ["directly", between.pem, root.pem, true],
  ["by way of the chain below it", leaf.pem + between.pem, root.pem, true],
  ["by one of several authorities", between.pem, ofSameName.pem + root.pem, true],
  ["not without the chain", leaf.pem, root.pem, false],
  ["not by another one of the same name", between.pem, ofSameName.pem, false],
  ["not by a chain that leads elsewhere", leaf.pem + between.pem, ofSameName.pem, false],
])("a certificate is issued %s", (_, certificate, authorities, issued) => {
  expect(isIssuedBy(certificate, authorities)).toBe(issued);
});

test("a certificate tells from when to when it is valid", () => {
  expect(validity(leaf.pem)).toEqual({ from: notBefore, to: notAfter });
  expect(validity("no certificate")).toBeUndefined();
});
