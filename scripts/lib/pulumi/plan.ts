/** One change that Pulumi plans for one resource. */
export interface PlannedStep {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly urn: string;
}

export interface Plan {
  /** How many resources of each operation, `same` included. */
  readonly counts: Readonly<Record<string, number>>;
  /** What changes; resources that stay as they are are left out. */
  readonly steps: readonly PlannedStep[];
  readonly hasChanges: boolean;
}

interface PreviewDocument {
  readonly steps?: readonly { readonly op: string; readonly urn: string }[];
  readonly changeSummary?: Readonly<Record<string, number>>;
}

/** The plan in what `pulumi preview --json` prints. */
export function readPlan(json: string): Plan {
  const document = JSON.parse(json) as PreviewDocument;
  const steps = (document.steps ?? [])
    .filter(({ op }) => op !== "same" && op !== "read" && op !== "refresh")
    .map(({ op, urn }) => ({ op, urn, type: typeOf(urn), name: urn.split("::").at(-1) ?? "" }));
  return { counts: document.changeSummary ?? {}, steps, hasChanges: steps.length > 0 };
}

const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** A line such as "3 to create, 1 to update", for people. */
export function summarizePlan({ counts }: Plan): string {
  const words: Record<string, string> = { same: "unchanged" };
  const parts = Object.entries(counts).map(([op, count]) => `${count} ${words[op] ?? `to ${op}`}`);
  return parts.join(", ") || "nothing to do";
}
