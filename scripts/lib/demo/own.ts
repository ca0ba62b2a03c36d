import * as z from "zod";
import { KitError } from "../errors.ts";
import { readStackFile, stackFile } from "../stack/file.ts";

/** The stack of the demo. */
export const demoStack = "demo";

const onThisMachine = z.object({ kind: z.literal("local") }).optional();

/** Refuses a stack of the demo's name that runs elsewhere than on this machine: it is somebody's, not the demo's. */
export async function requireOwnStack(): Promise<void> {
  const refusal = refuseElsewhere((await readStackFile(demoStack))?.plain["target"]);
  if (refusal) throw refusal;
}

/** Why a stack with this setting `target` is not the demo's. One that was cut off before it had a target is. */
export function refuseElsewhere(target: unknown): KitError | undefined {
  if (onThisMachine.safeParse(target).success) return undefined;
  return new KitError("usage", `stack ${demoStack} is not the demo's, so nothing was changed`, {
    why: `${stackFile(demoStack)} runs it on another target than this machine's local node`,
    next: `./kit status --stack ${demoStack}`,
  });
}
