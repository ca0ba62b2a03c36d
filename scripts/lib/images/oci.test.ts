import { describe, expect, it } from "vitest";
import { imageDocuments, sha256 } from "./oci.ts";
import { recipeSchema } from "./recipe.ts";

const recipe = recipeSchema.parse({
  description: "A program",
  user: { name: "app", id: 65532 },
  run: {
    entrypoint: ["/app"],
    arguments: ["-v"],
    environment: { LANG: "C.UTF-8" },
    stopSignal: "SIGUSR1",
  },
});
const layers = [
  { title: "packages", digest: `sha256:${"a".repeat(64)}`, size: 10 },
  { title: "files", digest: `sha256:${"b".repeat(64)}`, size: 20 },
];
const documents = imageDocuments("app", recipe, layers, "arm64");
const read = (document: Buffer) => JSON.parse(document.toString()) as unknown;

describe("documents of an image", () => {
  it("run it as its user, with its signal, as made at no time", () => {
    expect(read(documents.config)).toEqual({
      created: "1970-01-01T00:00:00Z",
      architecture: "arm64",
      os: "linux",
      config: {
        User: "65532:65532",
        Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
        Entrypoint: ["/app"],
        Cmd: ["-v"],
        WorkingDir: "/",
        StopSignal: "SIGUSR1",
        Labels: {
          "org.opencontainers.image.title": "app",
          "org.opencontainers.image.description": "A program",
        },
      },
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
      history: [
        { created: "1970-01-01T00:00:00Z", created_by: "packages" },
        { created: "1970-01-01T00:00:00Z", created_by: "files" },
      ],
    });
  });

  it("lead from the index to the manifest to configuration and layers", () => {
    expect(read(documents.manifest)).toMatchObject({
      config: { digest: sha256(documents.config), size: documents.config.length },
      layers: layers.map(({ digest, size }) => ({ digest, size })),
    });
    expect(read(documents.index)).toMatchObject({
      manifests: [{ digest: sha256(documents.manifest), size: documents.manifest.length }],
    });
  });

  it("carry the reference that pods use", () => {
    expect(documents.digest).toBe(sha256(documents.manifest));
    expect(documents.reference).toBe(`localhost/app@${documents.digest}`);
    expect(read(documents.index)).toMatchObject({
      manifests: [{ annotations: { "io.containerd.image.name": documents.reference } }],
    });
  });

  it("change their digest with any layer", () => {
    const [first, last] = layers.map((layer) => ({ ...layer, digest: `sha256:${"c".repeat(64)}` }));
    const digests = [[first, layers[1]], [layers[0], last], layers].map(
      (some) =>
        imageDocuments(
          "app",
          recipe,
          some.filter((layer) => layer !== undefined),
          "arm64",
        ).digest,
    );
    expect(new Set(digests).size).toBe(3);
  });
});
