import { join } from "node:path";
import type { Phase } from "../say.ts";
import type { Component } from "./sbom.ts";

/** One layer of an image, before it is made. */
export interface LayerPlan {
  /** Which layer of which image it is, as a path. */
  readonly place: string;
  /** What is in it, in words. */
  readonly title: string;
  /** Hash of everything that decides its content. */
  readonly key: string;
  /** Puts the layer's files into an empty folder and tells what of others is among them. */
  fill(folder: string, phase: Phase): Promise<readonly Component[]>;
}

/** The files of the kit that decide what comes out of a plan; a change of them makes the layer anew. */
export const makers = (...files: readonly string[]): string[] =>
  [...files, "cache.ts", "tar.ts", "sbom.ts"].map((file) => join(import.meta.dirname, file));
