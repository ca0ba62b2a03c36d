import { mkdir, rm } from "node:fs/promises";
import { KitError } from "../errors.ts";
import { hostState, type HostState } from "./host-state.ts";
import { home, paths } from "./layout.ts";
import { recordToKeep } from "./leftovers.ts";
import { readIfThere, writeAtomically } from "./state-files.ts";

/** What the machine was like before the node changed it. There is none while nothing is changed. */
export async function readHostRecord(): Promise<HostState | undefined> {
  const text = await readIfThere(paths.hostBefore);
  return text === undefined ? undefined : (JSON.parse(text) as HostState);
}

/** Notes what the machine is like, before the first change. Refuses a machine with another Kubernetes. */
export async function recordHost(): Promise<void> {
  const kept = await readHostRecord();
  const record = recordToKeep(kept, await hostState());
  if (hasKubernetes(record)) throw foreignKubernetes();
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeAtomically(paths.hostBefore, JSON.stringify(record));
}

export async function forgetHost(): Promise<void> {
  await rm(paths.hostBefore, { force: true });
}

/** Whether a Kubernetes node runs on a machine, or was left by one: its names are fixed, so two would mix. */
export function hasKubernetes({ firewall, cgroups }: Pick<HostState, "firewall" | "cgroups">): boolean {
  return (
    cgroups.some((group) => /\/kubepods(\.slice)?$/.test(group)) ||
    firewall.some((line) => line.includes(" chain KUBE-SERVICES"))
  );
}

function foreignKubernetes(): KitError {
  return new KitError("preflight", "another Kubernetes runs on this machine, or was left there", {
    why: "there are control groups named kubepods or firewall chains named KUBE-SERVICES that are not the kit's",
    next: "use that cluster (target kubernetes), or remove it and what it left; a reboot clears both",
  });
}
