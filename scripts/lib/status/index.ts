import { resolveCluster } from "../stack/cluster.ts";
import { readSettings } from "../stack/file.ts";
import { collectFacts } from "./collect.ts";
import type { Facts } from "./facts.ts";
import { judge, type Finding } from "./judge.ts";

export { statusDocument, statusTable, worst } from "./text.ts";
export { unwell } from "./unwell.ts";

/** What is known of a stack, and what is thought of it. */
export interface Status {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

/** How a stack stands now. */
export async function readStatus(stack: string): Promise<Status> {
  const facts = await collectFacts(await resolveCluster(stack), await readSettings(stack));
  return { facts, findings: judge(facts, new Date()) };
}
