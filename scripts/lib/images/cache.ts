import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { bringToDisk } from "../disk.ts";
import { cacheDir } from "../paths.ts";
import type { Phase } from "../say.ts";
import { fileSha256 } from "./fingerprint.ts";
import type { LayerPlan } from "./layer.ts";
import type { LayerBlob } from "./oci.ts";
import type { Component } from "./sbom.ts";
import { packFolder } from "./tar.ts";

/** A layer in the cache. */
export interface MadeLayer extends LayerBlob {
  readonly tar: string;
  readonly components: readonly Component[];
}

/** Where images and their layers are kept. What is in its place is whole: it is made elsewhere and moved there. */
export const imagesDir = (): string => join(cacheDir, "images");
const layerFolder = ({ place, key }: LayerPlan) => join(imagesDir(), "layers", place, key);
const unfinishedDir = () => join(imagesDir(), "unfinished");

/** The layer of this plan, if it was made before. */
export async function findLayer(plan: LayerPlan): Promise<MadeLayer | undefined> {
  const folder = layerFolder(plan);
  const text = await readFile(join(folder, "layer.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return { ...(JSON.parse(text) as Omit<MadeLayer, "tar">), tar: join(folder, "layer.tar") };
}

/** Makes a layer anew and keeps it. */
export async function makeLayer(plan: LayerPlan, phase: Phase): Promise<MadeLayer> {
  await intoPlace(layerFolder(plan), async (folder) => {
    const content = join(folder, "content");
    const tar = join(folder, "layer.tar");
    await mkdir(content);
    const components = await plan.fill(content, phase);
    await packFolder(content, tar);
    await rm(content, { recursive: true });
    const { size } = await stat(tar);
    const about = { title: plan.title, digest: `sha256:${await fileSha256(tar)}`, size, components };
    await writeFile(join(folder, "layer.json"), JSON.stringify(about));
  });
  const made = await findLayer(plan);
  if (!made) throw new Error(`layer ${plan.place} vanished`);
  return made;
}

/**
 * Lets `make` fill a new folder, and puts that in its place when it is whole. Of its siblings, which are other builds
 * of the same, only the newest stays: it may still be in use.
 */
export async function intoPlace(place: string, make: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(unfinishedDir(), { recursive: true });
  const scratch = await mkdtemp(join(unfinishedDir(), "new-"));
  const folder = join(scratch, "made");
  await withPlainUmask(async () => {
    await mkdir(folder);
    await make(folder);
  });
  await bringToDisk(folder);
  await mkdir(dirname(place), { recursive: true });
  if (existsSync(place)) await rename(place, join(scratch, "replaced"));
  await rename(folder, place);
  await rm(scratch, { recursive: true });
  await keepNewestSibling(place);
}

/** Files of an image are for everybody to read, whatever the umask of who builds it. One build runs at a time. */
async function withPlainUmask(work: () => Promise<void>): Promise<void> {
  const before = process.umask(0o022);
  try {
    await work();
  } finally {
    process.umask(before);
  }
}

async function keepNewestSibling(place: string): Promise<void> {
  const names = (await readdir(dirname(place))).filter((name) => name !== basename(place));
  const folders = names.map((name) => join(dirname(place), name));
  const ages = await Promise.all(
    folders.map(async (folder) => ({ folder, time: (await stat(folder)).mtimeMs })),
  );
  const old = ages.sort((a, b) => b.time - a.time).slice(1);
  for (const { folder } of old) await rm(folder, { recursive: true });
}

/** Removes what killed runs left. Only while no other run is at work. */
export async function clearUnfinished(): Promise<void> {
  await rm(unfinishedDir(), { recursive: true, force: true });
}
