import { stat } from "node:fs/promises";
import { ProcessOutput } from "zx";
import { KitError } from "../errors.ts";
import { whileLocked } from "../lock.ts";
import type { Phase } from "../say.ts";
import { presentTool, tool } from "../tools/index.ts";
import { assemble, type BuiltImage, isWritten, writeImage } from "./archive.ts";
import { clearUnfinished, findLayer, imagesDir, makeLayer, type MadeLayer } from "./cache.ts";
import type { LayerPlan } from "./layer.ts";
import { ownLayer } from "./own.ts";
import { type ImageName, imageNames, readRecipe, type Recipe } from "./recipe.ts";
import { type FindTool, runtimeLayer } from "./runtime.ts";
import { systemLayer } from "./system.ts";

export { imageNames, type BuiltImage, type ImageName };

/** How an image stands. It counts as built when the cache has it for the present recipe, tools and files. */
export interface ImageState extends Partial<BuiltImage> {
  readonly name: ImageName;
  readonly state: "built" | "not built";
  /** Bytes of the archive. */
  readonly size?: number;
}

/**
 * Gives these images, made from their recipes where they are not in the cache. Same inputs, same digest; one of the
 * inputs is what apt offers on the day that it makes the layer of Debian packages.
 */
export async function buildImages(names: readonly ImageName[], phase: Phase): Promise<readonly BuiltImage[]> {
  const ready = await Promise.all(names.map((name) => findImage(name, tool)));
  const images = ready.filter((image) => image !== undefined);
  if (images.length === names.length) return images;
  phase.waitingFor("another build of images");
  return whileLocked(imagesDir(), async () => {
    await clearUnfinished();
    return buildMissing(names, phase);
  });
}

/** Makes the layers of Debian packages anew, with the versions that Debian has now, and the images on top of them. */
export async function refreshImages(
  names: readonly ImageName[],
  phase: Phase,
): Promise<readonly BuiltImage[]> {
  phase.waitingFor("another build of images");
  return whileLocked(imagesDir(), async () => {
    await clearUnfinished();
    for (const name of names) {
      const { packages } = await readRecipe(name);
      if (packages) await makeLayer(await systemLayer(name, packages), phase);
    }
    return buildMissing(names, phase);
  });
}

/** How images stand. Nothing is built or installed. */
export async function imageStates(names: readonly ImageName[] = imageNames): Promise<ImageState[]> {
  return Promise.all(
    names.map(async (name) => {
      const image = await findImage(name, presentTool);
      if (!image) return { name, state: "not built" };
      return { ...image, state: "built", size: (await stat(image.archive)).size };
    }),
  );
}

/** The image of the present recipe, tools and files, if it is in the cache. */
async function findImage(name: ImageName, findTool: FindTool): Promise<BuiltImage | undefined> {
  const recipe = await readRecipe(name);
  const plans = await layersOf(name, recipe, findTool);
  const layers = await Promise.all(plans.map(async (plan) => plan && findLayer(plan)));
  const made = layers.filter((layer) => layer !== undefined);
  if (made.length < layers.length) return undefined;
  const assembly = assemble(name, recipe, made);
  return (await isWritten(assembly)) ? assembly.image : undefined;
}

async function buildMissing(names: readonly ImageName[], phase: Phase): Promise<BuiltImage[]> {
  const images: BuiltImage[] = [];
  for (const name of names) images.push((await findImage(name, tool)) ?? (await buildImage(name, phase)));
  return images;
}

async function buildImage(name: ImageName, phase: Phase): Promise<BuiltImage> {
  const recipe = await readRecipe(name);
  const layers: MadeLayer[] = [];
  try {
    for (const plan of await layersOf(name, recipe, tool)) {
      if (!plan) continue;
      phase.waitingFor(`image ${name}: ${plan.title}`);
      layers.push((await findLayer(plan)) ?? (await makeLayer(plan, phase)));
    }
    const assembly = assemble(name, recipe, layers);
    await writeImage(assembly);
    return assembly.image;
  } catch (error) {
    throw buildError(name, error);
  }
}

/** From what seldom changes to what changes often, so that a change makes as little anew as possible. */
async function layersOf(
  name: ImageName,
  recipe: Recipe,
  findTool: FindTool,
): Promise<(LayerPlan | undefined)[]> {
  const { packages, runtime } = recipe;
  return [
    ...(packages ? [await systemLayer(name, packages)] : []),
    ...(runtime ? [await runtimeLayer(name, runtime, findTool)] : []),
    await ownLayer(name, recipe),
  ];
}

function buildError(name: ImageName, error: unknown): unknown {
  if (!(error instanceof ProcessOutput)) return error;
  return new KitError("failed", `image ${name} could not be made`, {
    why: error.stderr.trim().split("\n").slice(-3).join("; "),
    next: `./kit images build ${name}`,
  });
}
