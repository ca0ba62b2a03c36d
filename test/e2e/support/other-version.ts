// Another version of the kit, as an upgrade brings it: a checkout of its own, whose images have other digests.
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "zx";
import type { ImageState } from "../../../scripts/lib/images/index.ts";
import { loadImages } from "../../../scripts/lib/local/index.ts";
import { root } from "../../../scripts/lib/paths.ts";
import type { StackImages } from "../../../scripts/lib/stack/local.ts";

const names = ["server-evaluation", "postgres", "edge"] as const;

/** Builds the images of the other version and makes them known to the node. */
export async function imagesOfOtherVersion(): Promise<StackImages> {
  const checkout = await mkdtemp(join(tmpdir(), "kit-e2e-version-"));
  try {
    await copyCheckout(checkout);
    return await buildAndLoad(checkout);
  } finally {
    await rm(checkout, { recursive: true });
  }
}

async function copyCheckout(to: string): Promise<void> {
  const own = (await readdir(root)).filter((name) => !["node_modules", ".git", ".kit"].includes(name));
  for (const name of own) await cp(join(root, name), join(to, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(to, "node_modules"));
  for (const name of names) {
    const recipe = join(to, "images", name, "image.yaml");
    const text = await readFile(recipe, "utf8");
    await writeFile(recipe, text.replace("description: ", "description: Another version. "));
  }
}

async function buildAndLoad(checkout: string): Promise<StackImages> {
  // Not by its launcher, which would put packages of its own where the link leads.
  const images = [join(checkout, "scripts/kit.ts"), "images"];
  const run = $({ quiet: true });
  await run`${process.execPath} ${images} build ${[...names]}`;
  const listed = await run`${process.execPath} ${images} --output json`;
  const { images: states } = JSON.parse(listed.stdout) as { images: readonly ImageState[] };
  const built = (name: string) => {
    const { reference = "", archive = "" } = states.find((image) => image.name === name) ?? {};
    return { reference, archive };
  };
  const [server, postgres, edge] = [built("server-evaluation"), built("postgres"), built("edge")];
  await loadImages([server, postgres, edge], { waitingFor: () => undefined, note: () => undefined });
  return { server: server.reference, postgres: postgres.reference, edge: edge.reference };
}
