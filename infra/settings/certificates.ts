import { namesOf } from "../naming.ts";
import { publicHost } from "./address.ts";
import { textAt } from "./at.ts";
import type { Fault } from "./faults.ts";
import { commonName, coversHost, isCertificate, isIssuedBy, validity } from "./x509.ts";

/** What is wrong with the certificates beyond their form, as far as they can be read. */
export function certificateFaults(input: unknown, stack: string, now: Date): Fault[] {
  const ca = textAt(input, "certificates", "ca");
  const hosts: Record<string, string | undefined> = {
    postgres: `postgres.${namesOf(stack).databaseNamespace}.svc`,
    edge: publicHost(input),
  };
  return [
    ...(ca !== undefined && isCertificate(ca) ? ageFaults("certificates.ca", ca, now) : []),
    ...["postgres", "backup", "edge"].flatMap((name) => {
      const key = `certificates.${name}.certificate`;
      const pem = textAt(input, "certificates", name, "certificate");
      if (pem === undefined || !isCertificate(pem)) return [];
      return [
        ...ageFaults(key, pem, now),
        ...hostFaults(key, pem, hosts[name]),
        ...(name === "backup" ? nameFaults(key, pem) : []),
        // What clients see may come from anybody.
        ...(name === "edge" ? [] : issuerFaults(key, pem, ca)),
      ];
    }),
  ];
}

const byRenewal = "./kit certificates renew makes it where the kit issued the present one";
const byKit = "such as ./kit certificates renew makes for those that the kit issued";

function ageFaults(key: string, pem: string, now: Date): Fault[] {
  const valid = validity(pem);
  if (valid === undefined) return [];
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (now > valid.to) return [{ key, wrong: `ended on ${day(valid.to)}; set a newer one`, hint: byKit }];
  if (now < valid.from) return [{ key, wrong: `is not valid before ${day(valid.from)}`, hint: byKit }];
  return [];
}

function hostFaults(key: string, pem: string, host: string | undefined): Fault[] {
  if (host === undefined || coversHost(pem, host)) return [];
  const hint = `such as with the alternative name ${host}; ${byRenewal}`;
  return [{ key, wrong: `must be valid for ${host}`, hint }];
}

/** By this name the database's side knows who may back up. */
function nameFaults(key: string, pem: string): Fault[] {
  if (commonName(pem) === "backup") return [];
  return [{ key, wrong: "must have the common name backup", hint: "such as with the subject CN=backup" }];
}

function issuerFaults(key: string, pem: string, ca: string | undefined): Fault[] {
  if (ca === undefined || !isCertificate(ca) || isIssuedBy(pem, ca)) return [];
  return [{ key, wrong: "must be issued by certificates.ca", hint: byKit }];
}
