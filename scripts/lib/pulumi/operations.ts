import type { Phase } from "../say.ts";
import { awaitUnlocked } from "./locks.ts";
import { recoverInterrupted } from "./recover.ts";
import { readPlan, type Plan } from "./plan.ts";
import { captureOk, configFlag, follow, watch } from "./run.ts";
import type { Workspace } from "./workspace.ts";

/** What `up` would change. Nothing is shown; fails when the program or the settings fail. */
export async function plan(workspace: Workspace): Promise<Plan> {
  return readPlan(await captureOk(workspace, ["preview", "--json", ...configFlag(workspace)]));
}

/** What `up` would change, with every value, for people. */
export async function preview(workspace: Workspace): Promise<string> {
  const color = process.stdout.isTTY && !process.env["NO_COLOR"] ? "always" : "never";
  return captureOk(workspace, ["preview", "--diff", "--color", color, ...configFlag(workspace)]);
}

/** What `destroy` would remove, for people. */
export async function previewDestroy(workspace: Workspace): Promise<string> {
  return captureOk(workspace, ["destroy", "--preview-only", "--color", "never", ...configFlag(workspace)]);
}

/** Brings the stack to what the program says. `plan` has shown what that is, so Pulumi does not preview again. */
export async function up(workspace: Workspace, phase?: Phase): Promise<void> {
  await makeReady(workspace);
  await run(workspace, ["up", "--yes", "--skip-preview", ...configFlag(workspace)], phase);
}

/** Reads the live objects into the state, so that `up` puts back what was changed by hand. */
export async function refresh(workspace: Workspace, phase: Phase): Promise<void> {
  await makeReady(workspace);
  await run(workspace, ["refresh", "--yes", "--skip-preview", ...configFlag(workspace)], phase);
}

/** Removes everything of the stack. With its preview: without it a protected resource stops nothing else. */
export async function destroy(workspace: Workspace, phase?: Phase): Promise<void> {
  await makeReady(workspace);
  await run(workspace, ["destroy", "--yes", ...configFlag(workspace)], phase);
}

/** Inside a phase Pulumi's output is its progress; on its own people watch it. */
function run(workspace: Workspace, args: readonly string[], phase: Phase | undefined): Promise<void> {
  return phase === undefined ? watch(workspace, args) : follow(workspace, args, phase);
}

async function makeReady(workspace: Workspace): Promise<void> {
  await awaitUnlocked(workspace);
  await recoverInterrupted(workspace);
}
