import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { $ } from "zx";
import { encryptionConfig, kubeadmConfig } from "./configs.ts";
import { confFiles, extraUsers } from "./daemons.ts";
import { contextName, endpoints, kubeconfigPath, paths } from "./layout.ts";
import { writeAtomically } from "./state-files.ts";

const madeMarker = join(paths.pki, "made");

/** Makes the node's authorities, certificates, kubeconfigs and encryption key, once. `kubernetes` is hyperkube. */
export async function makeIdentities(kubernetes: string, version: string): Promise<void> {
  if (!existsSync(madeMarker)) await makeAll(kubernetes, version);
  for (const [user, path] of Object.entries(extraUsers))
    if (!existsSync(path)) await makeUser(kubernetes, user, path);
}

async function makeAll(kubernetes: string, version: string): Promise<void> {
  // What a killed start left is of no use: nothing has run with it.
  await rm(paths.pki, { recursive: true, force: true });
  await rm(paths.conf, { recursive: true, force: true });
  await mkdir(paths.pki, { recursive: true, mode: 0o700 });
  await mkdir(paths.conf, { recursive: true, mode: 0o700 });
  await writeAtomically(confFiles.kubeadm, kubeadmConfig(version));
  const kubeadm = $({
    quiet: true,
  })`${kubernetes} kubeadm init phase certs all --config ${confFiles.kubeadm}`;
  await kubeadm;
  await $({
    quiet: true,
  })`${kubernetes} kubeadm init phase kubeconfig all --config ${confFiles.kubeadm} --kubeconfig-dir ${paths.conf}`;
  await writeAtomically(confFiles.encryption, encryptionConfig(randomBytes(32)));
  await writeFile(madeMarker, "");
}

async function makeUser(kubernetes: string, user: string, path: string): Promise<void> {
  const made = await $({
    quiet: true,
  })`${kubernetes} kubeadm kubeconfig user --config ${confFiles.kubeadm} --client-name ${user}`;
  await writeAtomically(path, made.stdout);
}

/** The kubeconfig for people and the kit, with its own name for the context. */
export async function writeKubeconfig(): Promise<void> {
  const config = parse(await readFile(confFiles.admin, "utf8")) as KubeadmKubeconfig;
  await writeAtomically(kubeconfigPath, stringify(namedKubeconfig(config)));
}

interface KubeadmKubeconfig {
  readonly clusters: readonly { readonly cluster: object }[];
  readonly users: readonly { readonly user: object }[];
}

/** The same access under the kit's name. */
export function namedKubeconfig({ clusters, users }: KubeadmKubeconfig): object {
  const name = contextName;
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { ...clusters[0]?.cluster, server: endpoints.api } }],
    users: [{ name, user: { ...users[0]?.user } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}
