import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KitError } from "../errors.ts";
import { machineDir, root, stateDir } from "../paths.ts";
import { home } from "./layout.ts";
import { readIfThere, writeAtomically } from "./state-files.ts";

/** The checkout that a node belongs to. The id goes with it when its folder is moved, and with a copy of the folder. */
export interface Owner {
  readonly checkout: string;
  readonly id: string;
}

/** What is found on this machine before a command does something with the node. */
export interface Found {
  readonly owner: Owner | undefined;
  /** Whether any part of the node runs. */
  readonly live: boolean;
  /** Whether the owner's folder is still there. */
  readonly checkoutExists: boolean;
}

/**
 * What a command may do with what it found: `use` it, `refuse` since another checkout's node runs, or `park` what
 * another checkout's dead node left, so that nothing of it is lost.
 */
export type Decision = "use" | "refuse" | "park";

/** Whether a node is a checkout's own: also when its folder was moved, but not when it is a copy of another. */
export function isOwn(owner: Owner, self: Owner, checkoutExists: boolean): boolean {
  return owner.checkout === self.checkout || (owner.id === self.id && !checkoutExists);
}

/** A running node whose checkout is gone can still be ended, but is not used for something else. */
export function decide(found: Found, self: Owner, action: "start" | "end"): Decision {
  const { owner, live, checkoutExists } = found;
  if (!owner || isOwn(owner, self, checkoutExists)) return "use";
  if (!live) return "park";
  return checkoutExists || action === "start" ? "refuse" : "use";
}

const ownerFile = "owner.json";
const parkingFolder = join(machineDir, "parked");

/** This checkout. */
export async function self(): Promise<Owner> {
  const file = join(stateDir, "checkout-id");
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return { checkout: root, id: known };
  const id = randomUUID();
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(file, id);
  return { checkout: root, id };
}

export async function readOwner(folder = home): Promise<Owner | undefined> {
  const text = await readIfThere(join(folder, ownerFile));
  return text === undefined ? undefined : (JSON.parse(text) as Owner);
}

export async function writeOwner(owner: Owner): Promise<void> {
  await writeAtomically(join(home, ownerFile), JSON.stringify(owner));
}

export const checkoutExists = ({ checkout }: Owner): boolean => existsSync(join(checkout, "package.json"));

export function refusal(owner: Owner): KitError {
  const stopped = checkoutExists(owner)
    ? `end it from there: cd ${owner.checkout} && ./kit local stop`
    : "that folder is gone; if nobody needs its data: ./kit local destroy";
  return new KitError("failed", `a local node of another checkout runs on this machine: ${owner.checkout}`, {
    why: "a machine can hold only one local node",
    next: stopped,
  });
}

/** The stopped node of a checkout that was put aside, and where it is. */
export interface Parked {
  readonly place: string;
  readonly owner: Owner;
}

/** Puts the dead node of another checkout aside, for when that checkout starts it again. */
export async function park(owner: Owner): Promise<string> {
  const name = createHash("sha256").update(JSON.stringify(owner)).digest("hex").slice(0, 12);
  const place = join(parkingFolder, name);
  await mkdir(parkingFolder, { recursive: true, mode: 0o700 });
  await rename(home, place);
  return place;
}

/** Takes this checkout's own node back from where another one had put it. */
export async function unpark(self: Owner): Promise<void> {
  const own = ownParked(await parked(), self, checkoutExists);
  if (!own || existsSync(home)) return;
  await rename(own.place, home);
  await rmdir(parkingFolder).catch(() => undefined);
}

/** The node among those put aside that is a checkout's own. */
export function ownParked(
  nodes: readonly Parked[],
  self: Owner,
  exists: (owner: Owner) => boolean,
): Parked | undefined {
  return nodes.find(({ owner }) => isOwn(owner, self, exists(owner)));
}

/** All nodes that were put aside. */
export async function parked(): Promise<Parked[]> {
  const names = existsSync(parkingFolder) ? await readdir(parkingFolder) : [];
  const nodes = names.map(async (name) => {
    const place = join(parkingFolder, name);
    const owner = await readOwner(place);
    return owner ? [{ place, owner }] : [];
  });
  return (await Promise.all(nodes)).flat();
}
