import { readdir, readFile, readlink, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { hasKubernetes } from "./host-record.ts";
import type { HostState } from "./host-state.ts";
import { fixedFolders, paths } from "./layout.ts";

/** Removes what the node's parts left in places that cannot be moved, and the folders that were not there before. */
export async function removeFixedFolders(before: HostState, now: HostState): Promise<void> {
  // They would be another node's now.
  if (hasKubernetes(now)) return;
  await removeFrom("/var/lib/kubelet/device-plugins", () => true);
  await removeNetworkResults();
  await removeLogLinks();
  await removeDeadSockets();
  const made = fixedFolders.filter((folder) => !before.folders.includes(folder));
  for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
}

async function removeFrom(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isOwn)) await rm(join(folder, name));
}

/** What the network plugins kept of pods: where pods were killed they were not told to forget them. */
async function removeNetworkResults(): Promise<void> {
  const folder = "/var/lib/cni/results";
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(join(folder, name), "utf8").catch(() => "");
    if (text.includes("K8S_POD_INFRA_CONTAINER_ID")) await rm(join(folder, name));
  }
}

async function removeLogLinks(): Promise<void> {
  const folder = "/var/log/containers";
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => "");
    if (target.startsWith(`${paths.podLogs}/`)) await rm(join(folder, name));
  }
}

/** Sockets of supervisors that are no more. Their names do not tell whose they were; that nobody listens does. */
async function removeDeadSockets(): Promise<void> {
  const listening = await readFile("/proc/net/unix", "utf8");
  await removeFrom("/run/containerd/s", (name) => !listening.includes(`/${name}`));
}
