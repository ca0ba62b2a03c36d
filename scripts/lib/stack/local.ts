import {
  buildImages,
  imageStates,
  type BuiltImage,
  type ImageName,
  type ImageState,
} from "../images/index.ts";
import { loadImages, startNode } from "../local/index.ts";
import { openWorkspace, setConfig } from "../pulumi/index.ts";
import type { Phase, Phases } from "../say.ts";
import { readStackFile, targetKind, type StackFile } from "./file.ts";

/** The setting `images`. */
export interface StackImages {
  readonly server: string;
  readonly postgres: string;
  readonly edge: string;
}

const imageOf = { server: "server-evaluation", postgres: "postgres", edge: "edge" } as const satisfies Record<
  keyof StackImages,
  ImageName
>;

/** How many phases `prepareLocal` has. */
export const localPhases = 2;

/** Brings up what a stack on this machine stands on: the node, and the images of this checkout in it. */
export async function prepareLocal(phases: Phases): Promise<StackImages> {
  await phases.run("local node", startNode);
  return phases.run("images", async (phase) => {
    const built = await buildImages(Object.values(imageOf), phase);
    await loadImages(built, phase);
    return imagesSetting(built);
  });
}

/** The images of this checkout, built when they are not there. */
export async function localImages(phase: Phase): Promise<StackImages> {
  return imagesSetting(await buildImages(Object.values(imageOf), phase));
}

/** On this machine a stack runs the images of the checkout; a changed one becomes part of the next plan. */
export async function useImages(stack: string, images: StackImages): Promise<void> {
  const present = (await readStackFile(stack))?.plain["images"] as Partial<StackImages> | undefined;
  const same = Object.entries(images).every(
    ([key, reference]) => present?.[key as keyof StackImages] === reference,
  );
  if (!same) await setConfig(await openWorkspace(stack), { images });
}

/** What `./kit up` brings beside the plan of a stack on this machine: images of the checkout that the stack has not. */
export async function imagesToCome(file: StackFile): Promise<string[]> {
  if (targetKind(file) !== "local") return [];
  const present = file.plain["images"] as Partial<StackImages> | undefined;
  return otherImages(present, await imageStates(Object.values(imageOf)));
}

/** The images that are not those of a stack, or not built for the present checkout. */
export function otherImages(
  present: Partial<StackImages> | undefined,
  states: readonly Pick<ImageState, "name" | "reference">[],
): string[] {
  const used = Object.values(present ?? {});
  return states.filter(({ reference = "" }) => !used.includes(reference)).map(({ name }) => name);
}

function imagesSetting(built: readonly BuiltImage[]): StackImages {
  const reference = (name: ImageName): string => {
    const found = built.find((image) => image.name === name);
    if (found === undefined) throw new Error(`image ${name} was not built`);
    return found.reference;
  };
  return {
    server: reference(imageOf.server),
    postgres: reference(imageOf.postgres),
    edge: reference(imageOf.edge),
  };
}
