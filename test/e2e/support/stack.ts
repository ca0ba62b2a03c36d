// The stack of the stories: made by the first one that needs it, used by the next ones, destroyed by the last.
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, vi } from "vitest";
import { $ } from "zx";
import { NodeClient, type ClientOptions } from "../../../clients/node-client.ts";
import { node } from "../../../scripts/lib/local/index.ts";
import { openWorkspace, setConfig } from "../../../scripts/lib/pulumi/index.ts";
import { readSettings, stackFile } from "../../../scripts/lib/stack/file.ts";
import { stackHome } from "../../../scripts/lib/stack/home.ts";
import { ensureIdentity } from "../../../scripts/lib/stack/identities.ts";
import { ask } from "./https.ts";
import { apply, kit, kubectl } from "./kit.ts";
import { caFile, databaseNamespace, mailer, owner, repository, scratch, stack, url } from "./place.ts";

const kekFile = join(scratch, "kek.txt");
const escrowFiles = [join(scratch, "escrow-1.txt"), join(scratch, "escrow-2.txt")];

/** Brings the stack up, unless an earlier story has done so. */
export async function useStack(): Promise<void> {
  if (!(await isServing())) await bringUp();
}

/** Brings the stack up as this checkout has it. Of one that changes in nothing the pods may still be starting. */
export async function bringUp(): Promise<void> {
  await kit("local", "start");
  await makeRepository();
  if (!existsSync(stackFile(stack))) await writeSettings();
  await kit("up", "--stack", stack, "--yes");
  await vi.waitUntil(isServing, { timeout: 180_000, interval: 500 });
}

async function isServing(): Promise<boolean> {
  if (!existsSync(caFile)) return false;
  // A connection that is kept would keep an edge that is to stop.
  const answer = await ask("GET", "/ready", undefined, { connection: "close" }).catch(() => undefined);
  return answer?.status === 200;
}

async function writeSettings(): Promise<void> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  await ensureIdentity(kekFile);
  const escrow = await Promise.all(escrowFiles.map(ensureIdentity));
  const where = ["--target", "local", "--url", url];
  await kit("init", "--stack", stack, ...where, "--kek", kekFile, "--escrow", ...escrow);
  const { server } = await readSettings(stack);
  const webhook = `http://${mailer.host}:${mailer.port}/mail`;
  await changeSettings({ server: { ...server, owners: [owner] }, protection: "false" });
  await setConfig(await openWorkspace(stack), { oneTimePasswords: { webhook } }, { secret: true });
}

/** Changes settings, for the next `up`. */
export async function changeSettings(settings: Readonly<Record<string, string | object>>): Promise<void> {
  await setConfig(await openWorkspace(stack), settings);
}

async function makeRepository(): Promise<void> {
  await mkdir(repository.path, { recursive: true });
  const mounted = await $({ quiet: true, nothrow: true })`mountpoint ${repository.path}`;
  if (mounted.exitCode !== 0) {
    const options = `size=${repository.bytes},mode=0777`;
    await $({ quiet: true })`mount -t tmpfs -o ${options} kit-e2e ${repository.path}`;
  }
  const values = [node.name];
  const nodeSelectorTerms = [
    { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values }] },
  ];
  await apply({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: volume },
    spec: {
      storageClassName: "local-folder",
      capacity: { storage: "4Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace: databaseNamespace, name: "repository" },
      local: { path: repository.path },
      nodeAffinity: { required: { nodeSelectorTerms } },
    },
  });
}

const volume = "kit-e2e-repository";

/** Removes what a destroyed stack leaves to its owner: settings, keys, and the repository of the stories. */
export async function forgetStack(): Promise<void> {
  await kubectl("delete", "persistentvolume", volume, "--ignore-not-found");
  await $({ quiet: true, nothrow: true })`umount ${repository.path}`;
  await rm(scratch, { recursive: true, force: true });
  await rm(stackHome(stack).dir, { recursive: true, force: true });
  await rm(stackFile(stack), { force: true });
}

const devices: NodeClient[] = [];

/** Opens a device with the real client, logged in as a demo user and connected. It is closed after the test. */
export async function device(user: string, options: ClientOptions = {}): Promise<NodeClient> {
  const opened = await NodeClient.open(`${url}/zdemo`, { authority: caFile, ...options });
  devices.push(opened);
  await opened.login({ demo: user });
  await opened.waitForSocket();
  return opened;
}

/** Closes the devices of each test of a file. */
export function closeDevices(): void {
  afterEach(async () => {
    await Promise.all(devices.splice(0).map((opened) => opened.close()));
  });
}

/** Waits until the pods of a workload are those that its template asks for, and ready. */
export async function settled(namespace: string, workload: string): Promise<void> {
  await kubectl("rollout", "status", workload, "--namespace", namespace, "--timeout", "180s");
}
