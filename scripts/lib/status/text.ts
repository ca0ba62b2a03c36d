import Table from "cli-table3";
import type { Facts } from "./facts.ts";
import type { Finding, Verdict } from "./judge.ts";

const words: Record<Verdict, string> = { ok: "ok", warning: "WARNING", bad: "BAD" };

/** The status for people. */
export function statusTable({ stack, url }: Facts, findings: readonly Finding[]): string {
  const table = new Table({ head: ["part", "state", ""], style: { head: [], border: [], compact: true } });
  for (const { part, verdict, says } of findings) table.push([part, words[verdict], says]);
  return `stack ${stack} at ${url}\n${table.toString()}`;
}

/** The same for programs: the fields of `kit/status/v1`. */
export function statusDocument(facts: Facts, findings: readonly Finding[]): object {
  const { stack, url, parts, backups, keys, certificates, standIns } = facts;
  const { newest } = backups ?? {};
  return {
    stack,
    url,
    verdict: worst(findings),
    findings,
    parts,
    newestBackup: newest ? { label: newest.label, type: newest.type, stop: newest.stop.toISOString() } : null,
    newestWal: backups?.newestWal?.toISOString() ?? null,
    archivedUntil: backups?.archivedUntil?.toISOString() ?? null,
    certificates: certificates.map(({ name, end }) => ({ name, end: end.toISOString() })),
    keys: keys
      ? { generation: keys.generation, provider: keys.provider, fingerprint: keys.fingerprint }
      : null,
    standIns,
  };
}

/** The verdict on the whole stack. */
export function worst(findings: readonly Finding[]): Verdict {
  const order: Verdict[] = ["bad", "warning"];
  return order.find((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? "ok";
}
