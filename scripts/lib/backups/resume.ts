import * as z from "zod";

/** What a restore in place notes in the cluster before it stops anything, so that an interrupted one can be resumed. */
export interface RestoreNote {
  readonly id: string;
  /** The moment asked for; null for the newest. */
  readonly at: string | null;
  readonly serverReplicas: number;
}

/** Annotation of the StatefulSet that holds the note. */
export const noteAnnotation = "dexie-cloud-kit/restore";

const noteSchema = z.object({ id: z.string(), at: z.string().nullable(), serverReplicas: z.number() });

/** How a new request relates to a restore that was interrupted. */
export type Decision =
  | { readonly action: "start" }
  | { readonly action: "resume"; readonly note: RestoreNote }
  | { readonly action: "replace"; readonly note: RestoreNote }
  | { readonly action: "refuse"; readonly note: RestoreNote };

/** Reads the note of an interrupted restore from the annotation. */
export function parseNote(annotation: string | undefined): RestoreNote | undefined {
  return annotation === undefined ? undefined : noteSchema.parse(JSON.parse(annotation));
}

/**
 * Decides what to do about an interrupted restore. Asked without a time, it is finished as it was begun, unless it failed;
 * asked for another time, it is replaced, unless it still works on the volume.
 */
export function decide(
  note: RestoreNote | undefined,
  job: "absent" | "running" | "succeeded" | "failed",
  at: string | null,
): Decision {
  if (note === undefined) return { action: "start" };
  const same = at === note.at || at === null;
  if (job === "failed") return { action: "replace", note };
  if (same) return { action: "resume", note };
  return { action: job === "running" ? "refuse" : "replace", note };
}
