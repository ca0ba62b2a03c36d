import { existsSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { debianArchitecture } from "../debian/apt.ts";
import { imagesDir, intoPlace, type MadeLayer } from "./cache.ts";
import { imageDocuments, type ImageDocuments, sha256 } from "./oci.ts";
import type { ImageName, Recipe } from "./recipe.ts";
import { cycloneDx } from "./sbom.ts";
import { packFolder } from "./tar.ts";

/** An image in the cache. */
export interface BuiltImage {
  readonly name: ImageName;
  /** `localhost/<name>@sha256:<digest of the manifest>` */
  readonly reference: string;
  readonly digest: string;
  /** OCI image archive (tar). */
  readonly archive: string;
  /** CycloneDX document of what is inside. */
  readonly sbom: string;
}

interface Assembly {
  readonly image: BuiltImage;
  readonly documents: ImageDocuments;
  /** Content of the bill of materials. */
  readonly materials: string;
  readonly layers: readonly MadeLayer[];
}

/** The image that these layers give, whether it was written before or not. */
export function assemble(name: ImageName, recipe: Recipe, layers: readonly MadeLayer[]): Assembly {
  const documents = imageDocuments(name, recipe, layers, debianArchitecture(process.arch));
  const { digest, reference } = documents;
  const folder = join(imagesDir(), "built", name, digest.replace("sha256:", ""));
  const image = {
    name,
    reference,
    digest,
    archive: join(folder, `${name}.oci.tar`),
    sbom: join(folder, `${name}.cdx.json`),
  };
  const components = layers.flatMap((layer) => layer.components);
  return { image, documents, layers, materials: cycloneDx(name, digest, components) };
}

/** Whether the cache has the image with just these materials. */
export async function isWritten({ image, materials }: Assembly): Promise<boolean> {
  const kept = await readFile(image.sbom, "utf8").catch(() => undefined);
  return kept === materials && existsSync(image.archive);
}

/** Writes the archive and the bill of materials beside it. */
export async function writeImage({ image, documents, materials, layers }: Assembly): Promise<void> {
  const { name, archive } = image;
  await intoPlace(dirname(archive), async (folder) => {
    const content = join(folder, "content");
    const blobs = join(content, "blobs/sha256");
    await mkdir(blobs, { recursive: true });
    const blob = (blobDigest: string) => join(blobs, blobDigest.replace("sha256:", ""));
    const { config, manifest, index } = documents;
    for (const layer of layers) await link(layer.tar, blob(layer.digest));
    await writeFile(blob(sha256(config)), config);
    await writeFile(blob(sha256(manifest)), manifest);
    await writeFile(join(content, "index.json"), index);
    await writeFile(join(content, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    await packFolder(content, join(folder, `${name}.oci.tar`));
    await rm(content, { recursive: true });
    await writeFile(join(folder, `${name}.cdx.json`), materials);
  });
}
