import { join } from "node:path";
import { cacheDir, root, stateDir } from "../paths.ts";
import { say } from "../say.ts";
import type { Patience } from "./download.ts";
import { readLock, type ToolLock } from "./lock.ts";

/** Where tools are looked for and put. */
export interface Toolbox {
  readonly lock: ToolLock;
  /** Installed tools, one folder each; can be deleted at any time. */
  readonly cache: string;
  /** The same layout, from an opened bundle. */
  readonly bundle: string;
  /** The modules that Go tools are built from. */
  readonly modules: string;
  /** Directories of executables of the machine, as in PATH. */
  readonly path: string;
  readonly patience: Patience;
  readonly report: (line: string) => void;
}

/** The toolbox of this checkout. */
export async function openToolbox(): Promise<Toolbox> {
  return {
    lock: await readLock(),
    cache: join(cacheDir, "tools"),
    bundle: join(stateDir, "bundle", "tools"),
    modules: join(root, "toolchain", "go"),
    path: process.env["PATH"] ?? "",
    patience: { answerMs: 3_000, silenceMs: 10_000, least: { bytes: 300_000, ms: 10_000 } },
    report: say,
  };
}
