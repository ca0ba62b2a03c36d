import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "../paths.ts";

/** The images, in the order in which they are built: what the local node needs first. */
export const imageNames = ["pause", "coredns", "postgres", "server-evaluation", "edge"] as const;
export type ImageName = (typeof imageNames)[number];

const segments = /(?!\.\.?(?:\/|$))[\w.+-]+(?:\/(?!\.\.?(?:\/|$))[\w.+-]+)*/.source;
const absolutePath = z.string().regex(new RegExp(`^/${segments}$`), "must be an absolute path, such as /app");
const relativePath = z.string().regex(new RegExp(`^${segments}$`), "must be a relative path, such as files");

/**
 * What an image is made of. Its layers follow from it in a fixed order, so that what changes often comes last:
 * packages of Debian, the runtime, then our own files.
 */
export const recipeSchema = z.strictObject({
  description: z.string(),
  user: z.strictObject({ name: z.string().regex(/^[a-z]+$/), id: z.int().min(100).max(65533) }),
  packages: z
    .strictObject({
      include: z.array(z.string()).min(1),
      without: z.array(z.string()).default([]),
      /** Links that a set-up script of a package would have made: path, then where it leads. */
      links: z.record(absolutePath, z.string()).default({}),
      remove: z.array(relativePath).default([]),
    })
    .optional(),
  runtime: z
    .union([
      z.strictObject({ tool: z.enum(["pause", "coredns"]), to: absolutePath }),
      z.strictObject({ node: absolutePath }),
    ])
    .optional(),
  /** Where volumes are mounted, and what must exist because the root file system is read-only. */
  directories: z
    .array(
      z.strictObject({
        path: absolutePath,
        mode: z
          .string()
          .regex(/^[0-7]{3,4}$/)
          .default("755"),
      }),
    )
    .default([]),
  /** A folder beside the recipe, copied to the root. */
  files: relativePath.optional(),
  /** A program beside the recipe that writes files into the folder it is given, and what of the checkout it reads. */
  build: z.strictObject({ script: relativePath, sources: z.array(relativePath) }).optional(),
  run: z.strictObject({
    entrypoint: z.array(z.string()).min(1),
    arguments: z.array(z.string()).optional(),
    directory: absolutePath.optional(),
    environment: z.record(z.string(), z.string()).default({}),
    stopSignal: z.string().regex(/^SIG/).optional(),
  }),
});

export type Recipe = z.output<typeof recipeSchema>;

/** The folder of an image's recipe. */
export const recipeFolder = (name: ImageName): string => join(root, "images", name);

/** Reads `images/<name>/image.yaml`. */
export async function readRecipe(name: ImageName): Promise<Recipe> {
  const file = join(recipeFolder(name), "image.yaml");
  return recipeSchema.parse(parse(await readFile(file, "utf8")));
}
