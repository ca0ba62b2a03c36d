import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { KitError } from "../errors.ts";
import { hostState, type HostState } from "./host-state.ts";
import { home, paths } from "./layout.ts";
import { recordToKeep } from "./leftovers.ts";

/** What the machine was like before the node changed it. There is none while nothing is changed. */
export async function readHostRecord(): Promise<HostState | undefined> {
  const text = await readFile(paths.hostBefore, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as HostState);
}

/** Notes what the machine is like, before the first change. Refuses a machine with another Kubernetes. */
export async function recordHost(): Promise<void> {
  const kept = await readHostRecord();
  const record = recordToKeep(kept, await hostState());
  if (hasKubernetes(record)) throw foreignKubernetes();
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(paths.hostBefore, JSON.stringify(record));
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
