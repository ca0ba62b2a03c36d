import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KitError } from "../errors.ts";
import { machineDir, root, stateDir } from "../paths.ts";
import { home } from "./layout.ts";

/** The checkout that a node belongs to. The id goes with it when its folder is moved. */
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

/** A running node whose checkout is gone can still be ended, but is not used for something else. */
export function decide(found: Found, self: Owner, action: "start" | "end"): Decision {
  const { owner, live, checkoutExists } = found;
  if (!owner || owner.id === self.id || owner.checkout === self.checkout) return "use";
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
  const text = await readFile(join(folder, ownerFile), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Owner);
}

export async function writeOwner(owner: Owner): Promise<void> {
  await writeFile(join(home, ownerFile), JSON.stringify(owner));
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

const parkingPlace = ({ id }: Owner): string =>
  join(parkingFolder, createHash("sha256").update(id).digest("hex").slice(0, 12));

/** Puts the dead node of another checkout aside, for when that checkout starts it again. */
export async function park(owner: Owner): Promise<string> {
  const place = parkingPlace(owner);
  await mkdir(parkingFolder, { recursive: true, mode: 0o700 });
  await rename(home, place);
  return place;
}

/** Takes this checkout's own node back from where another one had put it. */
export async function unpark(owner: Owner): Promise<void> {
  const place = parkingPlace(owner);
  if (!existsSync(home) && existsSync(place)) await rename(place, home);
}

/** Nodes that were put aside and whose checkout is gone: nobody can ever start them again. */
export async function orphans(): Promise<{ readonly place: string; readonly owner: Owner }[]> {
  const names = await readdir(parkingFolder).catch(() => []);
  const parked = names.map(async (name) => {
    const place = join(parkingFolder, name);
    const owner = await readOwner(place);
    return owner && !checkoutExists(owner) ? [{ place, owner }] : [];
  });
  return (await Promise.all(parked)).flat();
}
