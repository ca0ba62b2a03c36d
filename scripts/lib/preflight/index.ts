import type { Settings } from "../../../infra/settings/schema.ts";
import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import { clusterOf } from "../stack/cluster.ts";
import { judgeMachine, judgePlugins, type Check } from "./checks.ts";
import { gatherCluster, judgeCluster } from "./cluster.ts";
import { findStandIns, gatherFacts, nodeNeeds } from "./gather.ts";

export type { Check };

/** Checks this machine, without changing it. */
export async function preflight(): Promise<readonly Check[]> {
  const standIns = await findStandIns();
  const machine = judgeMachine(await gatherFacts(), nodeNeeds);
  return standIns === undefined ? machine : [...machine, judgePlugins(standIns)];
}

/** Checks the cluster that a stack names and this machine's plugins, without changing anything. */
export async function preflightCluster(stack: string, settings: Settings): Promise<readonly Check[]> {
  const cluster = await clusterOf(stack, settings.target);
  const checks = judgeCluster(await gatherCluster(cluster, settings), settings);
  return [...checks, judgePlugins((await findStandIns()) ?? [])];
}

/** Before the node is started: tells warnings, and refuses a machine that lacks something. */
export async function requirePreflight(phase: Phase): Promise<void> {
  phase.waitingFor("the preflight checks");
  const checks = judgeMachine(await gatherFacts(), nodeNeeds);
  for (const { name, sentence } of withOutcome("warn", checks))
    phase.note(`this machine ${name}: ${sentence}`);
  const failed = preflightError("this machine", checks, false);
  if (failed) throw failed;
}

/** The error that checks of a machine or cluster amount to, if they do. `strict` counts warnings too. */
export function preflightError(
  checked: string,
  checks: readonly Check[],
  strict: boolean,
): KitError | undefined {
  const failed = withOutcome("fail", checks);
  const wrong = failed.length > 0 || !strict ? failed : withOutcome("warn", checks);
  if (wrong.length === 0) return undefined;
  return new KitError(
    failed.length > 0 ? "preflight" : "preflightWarnings",
    `${checked} is not as it must be: it ${wrong.map(({ name }) => name).join("; it ")}`,
    {
      why: wrong.map(({ sentence }) => sentence).join(" "),
      next: wrong.map(({ fix = "./kit preflight" }) => fix).join("; "),
    },
  );
}

const withOutcome = (outcome: Check["outcome"], checks: readonly Check[]): Check[] =>
  checks.filter((check) => check.outcome === outcome);
