import { X509Certificate } from "node:crypto";
import { coversHost, isIssuedBy, separate } from "../../../infra/settings/x509.ts";
import type { Certificates, KeyPair } from "./certificates.ts";

/** How a stack gets from its certificates to new ones. */
export interface Renewal {
  /** The certificates to bring up, one after the other. After the first every part trusts both authorities. */
  readonly steps: readonly Certificates[];
  /** Whether an update refuses the present certificates: one has ended, or the edge's is for another host. */
  readonly presentIsRefused: boolean;
  /** When the new certificates end. */
  readonly until: Date;
  /** When the edge's certificate ends that is the customer's own and stays; undefined when the kit made it. */
  readonly ownEdgeUntil: Date | undefined;
}

/**
 * Plans the change from the present certificates to those just made. No part may meet a certificate whose authority
 * it does not trust yet, so the new authority goes first. Where PostgreSQL's certificate has ended nothing connects
 * any more, and a first step would wait for connections in vain. An edge that got another host has its new certificate
 * from the first step on: no update would take the former one.
 */
export function planRenewal(present: Certificates, made: Certificates, host: string, now: Date): Renewal {
  const ownEdge = issuersOf(present.edge.certificate, present.ca).length === 0;
  const otherHost = !ownEdge && !coversHost(present.edge.certificate, host);
  const ca = made.ca + formerAuthorities(present).join("");
  const renewed = { ...made, ca, edge: ownEdge ? present.edge : made.edge };
  const first = { ...present, ca, edge: otherHost ? made.edge : present.edge };
  const hasEnded = endOf(present.postgres) <= now;
  return {
    steps: hasEnded ? [renewed] : [first, renewed],
    presentIsRefused: hasEnded || otherHost,
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
