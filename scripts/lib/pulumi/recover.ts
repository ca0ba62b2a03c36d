import { say } from "../say.ts";
import { captureOk, configFlag } from "./run.ts";
import { exportState, type ExportedState, type StateResource } from "./stack.ts";
import type { Workspace } from "./workspace.ts";

/**
 * After an update that was killed: an object whose creation was cut off may exist in the cluster without being in
 * the state, and creating it again would fail. It is taken into the state as if it had been made, and a refresh
 * then finds out whether it was.
 */
export async function recoverInterrupted(workspace: Workspace): Promise<void> {
  const recovered = adoptPending(await exportState(workspace));
  if (recovered === undefined) return;
  say(`an update of stack ${workspace.stack} was cut off: looking which objects it made`);
  await captureOk(workspace, ["stack", "import"], JSON.stringify(recovered.state));
  if (recovered.adopted.length === 0) return;
  const targets = recovered.adopted.flatMap((urn) => ["--target", urn]);
  await captureOk(workspace, ["refresh", "--yes", "--skip-preview", ...targets, ...configFlag(workspace)]);
}

export interface Recovered {
  readonly state: ExportedState;
  /** The URNs of the resources that were taken in. */
  readonly adopted: readonly string[];
}

/** The state without pending operations, with what they were creating; undefined when nothing is pending. */
export function adoptPending(state: ExportedState): Recovered | undefined {
  const { pending_operations: pending = [], resources = [], ...rest } = state.deployment;
  if (pending.length === 0) return undefined;
  const known = new Set(resources.map(({ urn }) => urn));
  const made = pending
    .filter(({ type, resource }) => type === "creating" && !known.has(resource.urn))
    .flatMap(({ resource }) => asMade(resource) ?? []);
  return {
    state: { ...state, deployment: { ...rest, resources: [...resources, ...made] } },
    adopted: made.map(({ urn }) => urn),
  };
}

function asMade(resource: StateResource): StateResource | undefined {
  const id = resource.type.startsWith("kubernetes:") ? kubernetesId(resource.inputs) : undefined;
  return id === undefined ? undefined : { ...resource, id, outputs: resource.inputs ?? {} };
}

function kubernetesId(inputs: Record<string, unknown> = {}): string | undefined {
  const { name, namespace } = (inputs["metadata"] ?? {}) as { name?: unknown; namespace?: unknown };
  if (typeof name !== "string") return undefined;
  return typeof namespace === "string" ? `${namespace}/${name}` : name;
}
