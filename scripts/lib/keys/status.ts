import * as z from "zod";
import type { Cluster } from "../backups/cluster.ts";
import { inspectRepository } from "../backups/inspect.ts";
import { getObject } from "../backups/kubectl.ts";
import type { KeyEnvelope } from "../backups/repository.ts";
import type { Phase } from "../say.ts";

/** Whom the stack's settings name. */
export interface ConfiguredRecipients {
  readonly provider: string;
  readonly kek: string;
  readonly escrow: readonly string[];
}

/** How the data key of a repository stands. */
export interface KeyStatus extends KeyEnvelope {
  /** Recipients of the settings that the data key is not wrapped for. */
  readonly missing: readonly string[];
  /** Recipients that can open the data key though the settings no longer name them. */
  readonly unnamed: readonly string[];
}

const recipientsSchema = z.object({ provider: z.string(), kek: z.string(), escrow: z.array(z.string()) });

/** Opens the data key with the stack's KEK, which proves it, and compares its recipients with the settings. */
export async function keyStatus(cluster: Cluster, phase: Phase): Promise<KeyStatus> {
  const { key } = await inspectRepository(cluster, phase);
  const map = await getObject<{ data: { "recipients.json": string } }>(
    cluster,
    cluster.databaseNamespace,
    "configmap/kek-recipients",
  );
  const text = map?.data["recipients.json"] ?? `{"provider":"age","kek":"","escrow":[]}`;
  return compareRecipients(key, recipientsSchema.parse(JSON.parse(text)));
}

/** Compares whom a data key is wrapped for with whom the settings name. */
export function compareRecipients(key: KeyEnvelope, configured: ConfiguredRecipients): KeyStatus {
  const wrapped = [key.recipient, ...key.escrow];
  const named = [configured.kek, ...configured.escrow];
  return {
    ...key,
    missing: named.filter((recipient) => !wrapped.includes(recipient)),
    unnamed: wrapped.filter((recipient) => !named.includes(recipient)),
  };
}

/** The status for people. */
export function keyText(status: KeyStatus): string {
  const lines = [
    `generation:  ${status.generation} (fingerprint ${status.fingerprint})`,
    `KEK:         ${status.recipient} (${status.provider}), opens the data key`,
    ...status.escrow.map((recipient) => `escrow:      ${recipient}`),
    ...status.missing.map(
      (recipient) => `MISSING:     ${recipient} is in the settings, but cannot open the data key`,
    ),
    ...status.unnamed.map(
      (recipient) => `UNNAMED:     ${recipient} can open the data key, but is not in the settings`,
    ),
  ];
  return lines.join("\n");
}
