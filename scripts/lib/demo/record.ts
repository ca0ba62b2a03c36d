import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { stackHome } from "../stack/home.ts";

const recordSchema = z.object({
  /** Images that ran. */
  images: z.record(z.string(), z.string()),
  /** The moment just before the loss. */
  moment: z.string(),
  /** How many items there were then. */
  count: z.number(),
  /** Label of the backup that was made before. */
  backup: z.string(),
  /** Set when the database held as many items again. */
  restored: z.object({ recoveryPoint: z.string().nullable() }).optional(),
  /** RFC 3339. Set when the clients had seen them too. */
  proven: z.string().optional(),
});

/** What the demo notes of its loss and restore: written before the loss, completed after the restore and the proof. */
export type ProofRecord = z.output<typeof recordSchema>;

/** What is left to do about the proof of a restore. */
export type ProofState = "to do" | "restored" | "done";

/** A proof counts for the images that it was made with. One that was cut off after the restore goes on there. */
export function proofState(
  record: ProofRecord | undefined,
  images: Readonly<Record<string, string>>,
): ProofState {
  if (record?.restored === undefined) return "to do";
  const same = Object.entries(images).every(([name, reference]) => record.images[name] === reference);
  if (!same) return "to do";
  return record.proven === undefined ? "restored" : "done";
}

const fileOf = (stack: string): string => join(stackHome(stack).dir, "proof.json");

/** The record of an earlier run. One of another version of the kit does not count. */
export async function readRecord(stack: string): Promise<ProofRecord | undefined> {
  const text = await readFile(fileOf(stack), "utf8").catch(() => undefined);
  return text === undefined ? undefined : recordSchema.safeParse(JSON.parse(text)).data;
}

/** Writes the record in one step, so that a killed run leaves the old one or the new one. */
export async function writeRecord(stack: string, record: ProofRecord): Promise<void> {
  const unfinished = `${fileOf(stack)}.new`;
  await writeFile(unfinished, JSON.stringify(record, undefined, 2));
  await rename(unfinished, fileOf(stack));
}
