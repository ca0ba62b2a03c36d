import { whileLocked } from "../lock.ts";
import type { Phase } from "../say.ts";
import { assemble, type BuiltImage, isWritten, writeImage } from "./archive.ts";
import { clearUnfinished, findLayer, imagesDir, makeLayer, type MadeLayer } from "./cache.ts";
import type { LayerPlan } from "./layer.ts";
import { ownLayer } from "./own.ts";
import { type ImageName, imageNames, readRecipe, type Recipe } from "./recipe.ts";
import { runtimeLayer } from "./runtime.ts";
import { systemLayer } from "./system.ts";

export { imageNames, type BuiltImage, type ImageName };

/** Gives these images, made from their recipes where they are not in the cache. Same inputs, same digest. */
export async function buildImages(names: readonly ImageName[], phase: Phase): Promise<readonly BuiltImage[]> {
  const ready = await Promise.all(names.map(findImage));
  const missing = names.filter((_, at) => ready[at] === undefined);
  if (missing.length === 0) return ready.filter((image) => image !== undefined);
  phase.waitingFor("another build of images");
  return whileLocked(imagesDir(), async () => {
    await clearUnfinished();
    const images: BuiltImage[] = [];
    for (const name of names) images.push((await findImage(name)) ?? (await buildImage(name, phase)));
    return images;
  });
}

/** Makes the layers of Debian packages anew, with the versions that Debian has now, and the images on top of them. */
export async function refreshImages(
  names: readonly ImageName[],
  phase: Phase,
): Promise<readonly BuiltImage[]> {
  return whileLocked(imagesDir(), async () => {
    await clearUnfinished();
    for (const name of names) {
      const { packages } = await readRecipe(name);
      if (packages) await makeLayer(await systemLayer(packages), phase);
    }
    const images: BuiltImage[] = [];
    for (const name of names) images.push((await findImage(name)) ?? (await buildImage(name, phase)));
    return images;
  });
}

/** The image of the present recipe and files, if it is in the cache. */
async function findImage(name: ImageName): Promise<BuiltImage | undefined> {
  const recipe = await readRecipe(name);
  const layers = await Promise.all((await layersOf(name, recipe)).map(findLayer));
  const made = layers.filter((layer) => layer !== undefined);
  if (made.length < layers.length) return undefined;
  const assembly = assemble(name, recipe, made);
  return isWritten(assembly) ? assembly.image : undefined;
}

async function buildImage(name: ImageName, phase: Phase): Promise<BuiltImage> {
  const recipe = await readRecipe(name);
  const layers: MadeLayer[] = [];
  for (const plan of await layersOf(name, recipe)) {
    phase.waitingFor(`image ${name}: ${plan.title}`);
    layers.push((await findLayer(plan)) ?? (await makeLayer(plan, phase)));
  }
  const assembly = assemble(name, recipe, layers);
  await writeImage(assembly);
  return assembly.image;
}

/** From what seldom changes to what changes often, so that a change makes as little anew as possible. */
async function layersOf(name: ImageName, { packages, runtime, ...recipe }: Recipe): Promise<LayerPlan[]> {
  return [
    ...(packages ? [await systemLayer(packages)] : []),
    ...(runtime ? [await runtimeLayer(runtime)] : []),
    await ownLayer(name, { ...recipe, packages, runtime }),
  ];
}
