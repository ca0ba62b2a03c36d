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

/** What there is of a restore that was begun earlier. */
export interface Earlier {
  readonly note: RestoreNote | undefined;
  readonly job: "absent" | "running" | "succeeded" | "failed";
  /** The database is scaled to nothing. When it is not, somebody has put it back into service since. */
  readonly stopped: boolean;
}

/** What a request comes to: a new restore, in the place of an earlier one when it has a note, or the rest of the earlier one. */
export type Decision =
  | { readonly action: "start"; readonly at: string | null; readonly earlier?: RestoreNote }
  | { readonly action: "resume"; readonly note: RestoreNote }
  | { readonly action: "refuse"; readonly note: RestoreNote };

/** Reads the note of an interrupted restore from the annotation. */
export function parseNote(annotation: string | undefined): RestoreNote | undefined {
  return annotation === undefined ? undefined : noteSchema.parse(JSON.parse(annotation));
}

/**
 * Decides what to do about an earlier restore. One that still works on the volume is only followed. Asked without a time,
 * one that left the database stopped is finished, or tried again when it failed; with the database in service since,
 * no time means the newest moment.
 */
export function decide({ note, job, stopped }: Earlier, asked: string | null): Decision {
  if (note === undefined) return { action: "start", at: asked };
  if (job === "running") return { action: asked === null || asked === note.at ? "resume" : "refuse", note };
  const at = asked ?? (stopped ? note.at : null);
  const isOpen = job === "succeeded" || (job === "absent" && stopped);
  if (isOpen && at === note.at && (stopped || asked !== null)) return { action: "resume", note };
  return { action: "start", at, earlier: note };
}

/** True while the note at the database is the one that a decision was made from. */
export const isOf = (note: RestoreNote | undefined, decision: Decision): boolean =>
  note?.id === (decision.action === "start" ? decision.earlier : decision.note)?.id;
