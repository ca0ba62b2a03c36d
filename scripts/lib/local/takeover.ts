import { existsSync } from "node:fs";
import type { Phase } from "../say.ts";
import { home } from "./layout.ts";
import {
  checkoutExists,
  decide,
  isOwn,
  ownParked,
  park,
  parked,
  readOwner,
  refusal,
  self,
  unpark,
  type Found,
  type Owner,
} from "./owner.ts";
import { requireRoot } from "./root.ts";
import { shutDown } from "./shutdown.ts";
import { daemonsRun } from "./strays.ts";

/** Makes sure that the node of this machine is this checkout's to work on, or refuses. */
export async function takeOver(action: "start" | "end", phase: Phase): Promise<void> {
  const me = await self();
  const found = await look();
  const decision = decide(found, me, action);
  if (decision === "refuse" && found.owner) throw refusal(found.owner);
  if (decision === "park" && found.owner) {
    await shutDown(phase);
    const place = await park(found.owner);
    phase.note(`kept the data of the stopped node of ${found.owner.checkout} in ${place}`);
  }
  await unpark(me);
}

/** The owner of a node that runs here and that this checkout may not use. */
export async function foreignOwner(): Promise<Owner | undefined> {
  const found = await look();
  return decide(found, await self(), "start") === "refuse" ? found.owner : undefined;
}

/** Refuses to work with what runs on another checkout's node: stacks there may have the same names. */
export async function requireOwnNode(): Promise<void> {
  requireRoot();
  const owner = await foreignOwner();
  if (owner) throw refusal(owner);
}

/** Whether this checkout's own node was put aside by another one. */
export async function isParked(): Promise<boolean> {
  const me = await self();
  if (!ownParked(await parked(), me, checkoutExists)) return false;
  const owner = await readOwner();
  return !existsSync(home) || (owner !== undefined && !isOwn(owner, me, checkoutExists(owner)));
}

async function look(): Promise<Found> {
  const owner = await readOwner();
  return { owner, live: await daemonsRun(), checkoutExists: owner !== undefined && checkoutExists(owner) };
}
