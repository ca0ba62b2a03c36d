import * as z from "zod";
import type { Phase } from "../say.ts";
import type { Cluster } from "./cluster.ts";
import { runJob } from "./jobs.ts";

/** Kind of a backup that can be asked for. */
export type BackupType = "full" | "incr";

const madeSchema = z.object({
  label: z.string(),
  type: z.enum(["full", "diff", "incr"]),
  start: z.number(),
  stop: z.number(),
  size: z.number(),
  repositorySize: z.number(),
});

/** A backup that was made just now. */
export type MadeBackup = z.output<typeof madeSchema>;

/** Makes a backup now, the way the schedule does. */
export async function createBackup(cluster: Cluster, type: BackupType, phase: Phase): Promise<MadeBackup> {
  const template = type === "full" ? "backup-full" : "backup-incremental";
  const name = `${template}-${Date.now().toString(36)}`;
  return madeSchema.parse(await runJob(cluster, { template, name }, phase));
}
