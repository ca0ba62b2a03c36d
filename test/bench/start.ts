import { $ } from "zx";
import { type Comparison, kit, median } from "./timing.ts";

/** A warm start of the kit against a start of Node that does nothing. */
export async function benchStart(): Promise<readonly Comparison[]> {
  const runs = 11;
  const kitMs = await median(runs, () => kit("--help"));
  const bareMs = await median(runs, () => $({ quiet: true })`${process.execPath} --eval 0`);
  return [{ what: "./kit --help", kitMs, bareMs, bare: "node --eval 0" }];
}
