// Programs of an image in its own root file system, with nothing else of this machine.
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import type { BuiltImage } from "../../../scripts/lib/images/index.ts";

/** Unpacks an image into a folder that must not exist yet. */
export async function unpack({ archive }: BuiltImage, root: string): Promise<void> {
  const content = `${root}.content`;
  await mkdir(content);
  await mkdir(root);
  await $({ quiet: true })`tar -xf ${archive} -C ${content}`;
  const blob = async (digest: string) =>
    JSON.parse(await readFile(join(content, "blobs", digest.replace(":", "/")), "utf8")) as unknown;
  const index = JSON.parse(await readFile(join(content, "index.json"), "utf8")) as {
    manifests: { digest: string }[];
  };
  const manifest = (await blob(index.manifests[0]?.digest ?? "")) as { layers: { digest: string }[] };
  for (const { digest } of manifest.layers)
    await $({ quiet: true })`tar -xpf ${join(content, "blobs", digest.replace(":", "/"))} -C ${root}`;
  for (const mount of ["dev", "proc"]) await mkdir(join(root, mount), { recursive: true });
  await rm(content, { recursive: true });
}

/** Runs a program of an unpacked image, in mount and process namespaces that end with it. */
export function runIn(root: string, uid: number, ...command: string[]) {
  const enter = [
    'mount --bind /dev "$0/dev"',
    'mount -t tmpfs -o mode=1777 shm "$0/dev/shm"',
    'mount -t proc proc "$0/proc"',
    `exec chroot --userspec=${uid}:${uid} "$0" "$@"`,
  ].join(" && ");
  const env = { ...process.env, LANG: "C.UTF-8" };
  const options = { quiet: true, nothrow: true, env };
  return $(options)`unshare --mount --pid --fork -- sh -c ${enter} ${root} ${command}`;
}
