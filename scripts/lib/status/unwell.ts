import { KitError } from "../errors.ts";
import type { Finding } from "./judge.ts";

/** The error that the findings about a stack amount to, if they do. */
export function unwell(stack: string, findings: readonly Finding[]): KitError | undefined {
  const bad = findings.filter(({ verdict }) => verdict === "bad");
  if (bad.length === 0) return undefined;
  const onlyBackups = bad.every(({ part }) => /^(backup|archived)/.test(part));
  return new KitError(onlyBackups ? "backupTooOld" : "failed", `stack ${stack} is not well`, {
    why: bad.map(({ part, says }) => `${part}: ${says}`).join("\n        "),
    next: `./kit ${onlyBackups ? "backup create" : verbFor(bad)} --stack ${stack}`,
  });
}

function verbFor(bad: readonly Finding[]): string {
  if (bad.some(({ part }) => part === "restore")) return "restore";
  return bad.some(({ says }) => says.endsWith("certificates renew")) ? "certificates renew" : "up";
}
