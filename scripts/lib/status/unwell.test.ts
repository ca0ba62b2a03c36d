import { expect, it } from "vitest";
import { unwell } from "./unwell.ts";

const finding = (part: string, verdict: "ok" | "warning" | "bad", says = "so") => ({ part, verdict, says });

it.each([
  ["all well", [finding("postgres", "ok")], undefined, undefined],
  ["a warning", [finding("certificate edge-tls", "warning")], undefined, undefined],
  ["backups overdue", [finding("archived WAL", "bad")], "backupTooOld", "./kit backup create --stack office"],
  ["a part down", [finding("server", "bad"), finding("backups", "bad")], "failed", "./kit up --stack office"],
  [
    "a restore cut off",
    [finding("server", "bad"), finding("restore", "bad")],
    "failed",
    "./kit restore --stack office",
  ],
  [
    "an ended certificate",
    [finding("server", "bad"), finding("certificate postgres-tls", "bad", "ended: ./kit certificates renew")],
    "failed",
    "./kit certificates renew --stack office",
  ],
  [
    "an ended certificate of one's own",
    [finding("certificate edge-tls", "bad")],
    "failed",
    "./kit up --stack office",
  ],
])("what to do about %s", (_name, findings, exit, next) => {
  const error = unwell("office", findings);
  expect(error?.exit).toBe(exit);
  expect(error?.next).toBe(next);
});
