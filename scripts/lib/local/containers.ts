import { dirname, join } from "node:path";
import { $ } from "zx";
import { KitError } from "../errors.ts";
import type { Phase } from "../say.ts";
import { paths } from "./layout.ts";

/** An image to be known to the node: its reference by digest, and the archive that holds it. */
export interface ImageArchive {
  /** `localhost/<name>@sha256:<digest>` */
  readonly reference: string;
  /** OCI image archive that names its image by this reference. */
  readonly archive: string;
}

/** containerd's own client, for the namespace of Kubernetes. */
function ctr(containerd: string, args: readonly string[]) {
  const program = join(dirname(containerd), "ctr");
  return $({ quiet: true, nothrow: true })`${program} --address ${paths.socket} --namespace k8s.io ${args}`;
}

export const containerdAnswers = async (containerd: string): Promise<boolean> =>
  (await ctr(containerd, ["version"])).exitCode === 0;

export async function runningContainers(containerd: string): Promise<Set<string>> {
  const { stdout } = await ctr(containerd, ["tasks", "list"]);
  const rows = stdout.split("\n").map((line) => line.split(/\s+/));
  return new Set(rows.filter(([, , state]) => state === "RUNNING").map(([id = ""]) => id));
}

/** Imports the images that the node does not know yet. */
export async function importImages(
  containerd: string,
  images: readonly ImageArchive[],
  phase: Phase,
): Promise<void> {
  const known = new Set((await ctr(containerd, ["images", "list", "--quiet"])).stdout.split("\n"));
  for (const image of images.filter(({ reference }) => !known.has(reference))) {
    phase.waitingFor(`image ${image.reference}`);
    await importImage(containerd, image);
  }
}

async function importImage(containerd: string, { reference, archive }: ImageArchive): Promise<void> {
  const imported = await ctr(containerd, ["images", "import", archive]);
  if (imported.exitCode !== 0) throw importError(reference, archive, imported.stderr.trim());
  const known = (await ctr(containerd, ["images", "list", "--quiet", `name==${reference}`])).stdout.trim();
  if (known !== reference) throw importError(reference, archive, "the archive holds another image");
}

function importError(reference: string, archive: string, why: string): KitError {
  return new KitError("failed", `the image ${reference} could not be loaded`, {
    why,
    next: `delete ${archive} and run the command again: it makes the image anew`,
  });
}
