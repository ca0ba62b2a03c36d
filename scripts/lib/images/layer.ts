import type { Phase } from "../say.ts";
import type { Component } from "./sbom.ts";

/** One layer of an image, before it is made. */
export interface LayerPlan {
  /** What is in it, in words. */
  readonly title: string;
  /** Hash of everything that decides its content. */
  readonly key: string;
  /** Puts the layer's files into an empty folder and tells what of others is among them. */
  fill(folder: string, phase: Phase): Promise<readonly Component[]>;
}
