import { randomBytes } from "node:crypto";
import { webPort } from "../../../infra/web-port.ts";
import type { Certificates } from "./certificates.ts";

/** Where a stack runs. The same shape as the config key `target`. */
export type TargetSetting =
  | { readonly kind: "local"; readonly kubeconfig: string }
  | {
      readonly kind: "kubernetes";
      readonly kubeconfig: string;
      readonly context: string;
      readonly storageClass?: string | undefined;
    };

/** What has to be known to write a stack's first configuration. */
export interface Answers {
  readonly target: TargetSetting;
  readonly url: string;
  readonly images: { readonly server: string; readonly postgres: string; readonly edge: string };
  readonly kek: { readonly identityFile: string; readonly recipient: string };
  readonly escrow: readonly string[];
}

/** The first configuration of a stack: everything a hand-written stack file would say, nothing secret. */
export function initialSettings(answers: Answers): Record<string, string | object> {
  const { target, url, images, kek, escrow } = answers;
  const local = target.kind === "local";
  return {
    target,
    images,
    server: { artifact: "evaluation", url, replicas: 2 },
    database: { kind: "in-cluster", instances: 1, storage: local ? "2Gi" : "20Gi" },
    keys: { provider: "age", age: kek, escrow },
    backups: {
      schedule: { full: "0 2 * * 0", incremental: "30 * * * *" },
      timezone: "Etc/UTC",
      retention: { full: 4 },
      repository: { kind: "volume", size: local ? "4Gi" : "50Gi" },
    },
    protection: "true",
    exposure: local ? { kind: "edge", nodePort: webPort(url) } : { kind: "edge" },
  };
}

/** The secrets that nobody has to know, made once for a stack. */
export function initialCredentials(): Record<string, string> {
  const make = () => randomBytes(32).toString("base64url");
  return { serverSecret: make(), superuserPassword: make(), ownerPassword: make() };
}

/** The certificates as the config key `certificates` has them. */
export function certificateSettings(made: Certificates): object {
  return { ca: made.ca, postgres: made.postgres, backup: made.backup, edge: made.edge };
}
