import { createHash } from "node:crypto";
import type { Recipe } from "./recipe.ts";

/** A blob of an image archive. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A layer: a plain tar, so that its digest is also the one of its content. */
export interface LayerBlob {
  readonly title: string;
  readonly digest: string;
  readonly size: number;
}

/** The small documents of an image archive, ready to be written. */
export interface ImageDocuments {
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly index: Buffer;
  /** Digest of the manifest, which is the digest of the image. */
  readonly digest: string;
  readonly reference: string;
}

/** Nothing in an image tells when it was made: the same content gives the same digest. */
const created = "1970-01-01T00:00:00Z";

export const sha256 = (content: Buffer | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** The configuration, manifest and index of an image with these layers. */
export function imageDocuments(
  name: string,
  recipe: Recipe,
  layers: readonly LayerBlob[],
  architecture: string,
): ImageDocuments {
  const config = document(imageConfig(name, recipe, layers, architecture));
  const manifest = document({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor("application/vnd.oci.image.config.v1+json", config),
    layers: layers.map(({ digest, size }): Descriptor => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest,
      size,
    })),
  });
  const digest = sha256(manifest);
  const reference = `localhost/${name}@${digest}`;
  const index = document({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        ...descriptor("application/vnd.oci.image.manifest.v1+json", manifest),
        platform: { architecture, os: "linux" },
        // The name under which containerd keeps it: the very one that pods ask for.
        annotations: { "io.containerd.image.name": reference },
      },
    ],
  });
  return { config, manifest, index, digest, reference };
}

function imageConfig(
  name: string,
  recipe: Recipe,
  layers: readonly LayerBlob[],
  architecture: string,
): object {
  const { user, run } = recipe;
  const environment = { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...run.environment };
  return {
    created,
    architecture,
    os: "linux",
    config: {
      User: `${user.id}:${user.id}`,
      Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      Entrypoint: run.entrypoint,
      ...(run.arguments && { Cmd: run.arguments }),
      WorkingDir: run.directory ?? "/",
      ...(run.stopSignal !== undefined && { StopSignal: run.stopSignal }),
      Labels: {
        "org.opencontainers.image.title": name,
        "org.opencontainers.image.description": recipe.description,
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(({ title }) => ({ created, created_by: title })),
  };
}

const document = (value: object) => Buffer.from(JSON.stringify(value));

const descriptor = (mediaType: string, content: Buffer): Descriptor => ({
  mediaType,
  digest: sha256(content),
  size: content.length,
});
