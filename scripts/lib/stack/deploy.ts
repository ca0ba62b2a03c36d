import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import { outputs, type Plan, summarizePlan, type Workspace } from "../pulumi/index.ts";
import { stackHome } from "./home.ts";

const outputSchema = z.object({ url: z.string(), certificateAuthority: z.string() });

/** Where a deployed stack is reached. */
export interface Address {
  readonly url: string;
  /** File of the authority that clients have to trust, where the kit keeps the stack's state. */
  readonly caFile: string | undefined;
}

/** Reads the address of a deployed stack, and keeps the certificate of its authority in the stack's home. */
export async function addressOf(workspace: Workspace): Promise<Address> {
  const { url, certificateAuthority } = outputSchema.parse(await outputs(workspace));
  const home = stackHome(workspace.stack);
  if (!existsSync(home.dir)) return { url, caFile: undefined };
  const present = await readFile(home.caFile, "utf8").catch(() => "");
  if (present !== certificateAuthority) await writeFile(home.caFile, certificateAuthority);
  return { url, caFile: home.caFile };
}

/** What clients have to trust where the edge's certificate is of the stack's own authority, for people. */
export const trustText = (stack: string, { caFile }: Address): string =>
  caFile ?? `what \`pulumi stack output certificateAuthority --stack ${stack}\` prints`;

/** The plan for people: a line for each resource that changes, then the sum. */
export function planText(plan: Plan): string {
  const width = Math.max(0, ...plan.steps.map(({ op }) => op.length));
  const lines = plan.steps.map(({ op, type, name }) => `  ${op.padEnd(width)}  ${name}  (${type})`);
  return [...lines, summarizePlan(plan)].join("\n");
}
