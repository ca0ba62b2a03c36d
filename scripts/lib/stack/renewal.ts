import { X509Certificate } from "node:crypto";
import { isIssuedBy, separate } from "../../../infra/settings/x509.ts";
import type { Certificates, KeyPair } from "./certificates.ts";

/** How a stack gets from its certificates to new ones. */
export interface Renewal {
  /** The certificates to bring up, one after the other. After the first every part trusts both authorities. */
  readonly steps: readonly Certificates[];
  /** When the new certificates end. */
  readonly until: Date;
  /** When the edge's certificate ends that is the customer's own and stays; undefined when the kit made it. */
  readonly ownEdgeUntil: Date | undefined;
}

/**
 * Plans the change from the present certificates to those just made. No part may meet a certificate whose authority
 * it does not trust yet, so the new authority goes first. Where PostgreSQL's certificate has ended nothing connects
 * any more, and a first step would wait for connections in vain.
 */
export function planRenewal(present: Certificates, made: Certificates, now: Date): Renewal {
  const ownEdge = issuersOf(present.edge.certificate, present.ca).length === 0;
  const ca = made.ca + formerAuthorities(present).join("");
  const renewed = { ...made, ca, edge: ownEdge ? present.edge : made.edge };
  const hasEnded = endOf(present.postgres) <= now;
  return {
    steps: hasEnded ? [renewed] : [{ ...present, ca }, renewed],
    until: endOf(made.postgres),
    ownEdgeUntil: ownEdge ? endOf(present.edge) : undefined,
  };
}

const endOf = ({ certificate }: KeyPair): Date => new X509Certificate(certificate).validToDate;

/** Those that present certificates were issued by; what an earlier renewal left is let go. */
function formerAuthorities({ ca, postgres, backup, edge }: Certificates): string[] {
  const issuers = [postgres, backup, edge].flatMap(({ certificate }) => issuersOf(certificate, ca));
  return [...new Set(issuers)];
}

const issuersOf = (certificate: string, bundle: string): string[] =>
  separate(bundle).filter((authority) => isIssuedBy(certificate, authority));
