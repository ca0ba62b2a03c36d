import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { stackHome } from "../stack/home.ts";

const recordSchema = z.object({
  /** Images that ran. */
  images: z.record(z.string(), z.string()),
  /** The moment just before the loss. */
  moment: z.string(),
  /** Set when the restored data was seen by the clients. */
  proven: z.object({ at: z.string(), backup: z.string(), recoveryPoint: z.string().nullable() }).optional(),
});

/** What the demo notes of its loss and restore: written before the loss, completed after the proof. */
export type ProofRecord = z.output<typeof recordSchema>;

/** What is left to do about the proof of a restore. */
export type ProofState = "to do" | "interrupted" | "done";

/** A proof counts for the images that it was made with. One without an end was cut off. */
export function proofState(
  record: ProofRecord | undefined,
  images: Readonly<Record<string, string>>,
): ProofState {
  if (record === undefined) return "to do";
  if (record.proven === undefined) return "interrupted";
  const same = Object.entries(images).every(([name, reference]) => record.images[name] === reference);
  return same ? "done" : "to do";
}

const fileOf = (stack: string): string => join(stackHome(stack).dir, "proof.json");

/** The record of an earlier run. */
export async function readRecord(stack: string): Promise<ProofRecord | undefined> {
  const text = await readFile(fileOf(stack), "utf8").catch(() => undefined);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
}

/** Writes the record in one step, so that a killed run leaves the old one or the new one. */
export async function writeRecord(stack: string, record: ProofRecord): Promise<void> {
  const unfinished = `${fileOf(stack)}.new`;
  await writeFile(unfinished, JSON.stringify(record, undefined, 2));
  await rename(unfinished, fileOf(stack));
}
