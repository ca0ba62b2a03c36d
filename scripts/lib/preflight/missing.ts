import { existsSync } from "node:fs";
import { mirrorsOfThisMachine } from "../debian/packages.ts";
import { imageStates } from "../images/index.ts";
import { readRecipe } from "../images/recipe.ts";
import { nodeTools } from "../local/programs.ts";
import { presentTool } from "../tools/index.ts";
import { readLock, type ToolEntry } from "../tools/lock.ts";
import type { FreeSpace } from "./checks.ts";

/** A tool or image that the node, or a stack on it, needs and that is not in the cache. */
export interface Missing {
  readonly name: string;
  readonly kind: "tool" | "image";
  /** Whether it can be had from nothing but Debian packages. */
  readonly fromDebian: boolean;
}

/** What the folder of tools and images lacks, by the space that it takes: only tools that Go may build take much. */
export function lackOf(missing: readonly Pick<Missing, "kind" | "fromDebian">[]): FreeSpace["lacks"] {
  if (missing.some(({ kind, fromDebian }) => kind === "tool" && !fromDebian)) return "tools";
  return missing.length > 0 ? "images" : undefined;
}

export async function findMissing(): Promise<Missing[]> {
  return [...(await missingTools()), ...(await missingImages())];
}

async function missingTools(): Promise<Missing[]> {
  const lock = await readLock();
  const found = await Promise.all(nodeTools.map(presentTool));
  return nodeTools
    .filter((_, at) => found[at] === undefined)
    .map((name) => ({ name, kind: "tool", fromDebian: isFromDebian(lock[name]) }));
}

const isFromDebian = (entry: ToolEntry | undefined): boolean =>
  entry?.build !== undefined && "debian" in entry.build && !(process.arch in entry.downloads);

async function missingImages(): Promise<Missing[]> {
  const missing = (await imageStates()).filter(({ state }) => state === "not built");
  return Promise.all(
    missing.map(async ({ name }) => ({
      name: `image ${name}`,
      kind: "image" as const,
      fromDebian: (await readRecipe(name)).packages !== undefined,
    })),
  );
}

/** Why Debian packages cannot be had on this machine, if they cannot. No mirror is asked. */
export async function noDebian(): Promise<string | undefined> {
  if (!existsSync("/usr/bin/apt-get")) return "There is no apt";
  return mirrorsOfThisMachine().then(
    () => undefined,
    () => "apt knows no mirror of Debian",
  );
}
