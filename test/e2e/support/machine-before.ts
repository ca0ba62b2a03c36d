import { nodeStatus } from "../../../scripts/lib/local/index.ts";
import { keepMachine, lookAtMachine } from "./machine.ts";

/** Looks at the machine before the first story, for the last one. A start of the node meanwhile spoils the look. */
export default async function setup(): Promise<void> {
  if ((await nodeStatus()).state !== "absent") return;
  const machine = await lookAtMachine();
  if ((await nodeStatus()).state === "absent") await keepMachine(machine);
}
