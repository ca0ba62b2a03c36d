import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "../paths.ts";

const version = z.string().regex(/^\d+(\.\d+)*$/, "must be a version such as 1.34.4");
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be a plain name");

const downloadSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex"),
  /** Paths of the executables inside the archive. Without it the download is the executable itself. */
  take: z.array(z.string()).min(1).optional(),
});

const buildSchema = z.union([
  z.strictObject({
    go: z.strictObject({
      /** A folder of toolchain/go. */
      module: name,
      packages: z.array(z.string()).min(1),
      flags: z.array(z.string()).default([]),
      ldflags: z.string().default(""),
    }),
  }),
  z.strictObject({
    debian: z.strictObject({
      packages: z.array(z.string()).min(1),
      /** A suite that is not the machine's own. */
      suite: name.optional(),
      /** What the packages depend on and the kit does not use. */
      without: z.array(z.string()).default([]),
      /** Names of the executables and their paths inside the packages. */
      executables: z.record(z.string(), z.string()),
      /** Variables the executables are started with: paths inside the packages, which may be patterns. */
      environment: z.record(z.string(), z.string()).default({}),
    }),
  }),
  z.strictObject({ partOf: name }),
]);

const toolSchema = z.strictObject({
  version,
  executable: z.string().optional(),
  /** Executables of the same tool that callers find beside the first one. */
  beside: z.array(z.string()).default([]),
  /** Further names of the executable, as links beside it. */
  links: z.array(z.string()).default([]),
  /** A tool already on PATH is used if the version it prints fits. */
  onPath: z.strictObject({ arguments: z.array(z.string()), from: version }).optional(),
  downloads: z.partialRecord(z.enum(["x64", "arm64"]), downloadSchema).default({}),
  build: buildSchema.optional(),
});

const lockSchema = z.record(name, toolSchema);

export type ToolEntry = z.infer<typeof toolSchema>;
export type ToolLock = Readonly<Record<string, ToolEntry>>;
export type Download = z.infer<typeof downloadSchema>;
export type Build = z.infer<typeof buildSchema>;
export type GoBuild = Extract<Build, { go: unknown }>["go"];
export type DebianBuild = Extract<Build, { debian: unknown }>["debian"];

/** Reads a lock file of tools, or fails with every fault in it. */
export function parseLock(text: string): ToolLock {
  return lockSchema.parse(parse(text));
}

/** The kit's own lock file of tools. */
export async function readLock(): Promise<ToolLock> {
  return parseLock(await readFile(join(root, "toolchain", "tools.yaml"), "utf8"));
}

/** The file name of the executable of a tool. */
export const executableOf = (tool: string, entry: ToolEntry): string => entry.executable ?? tool;

/** Every file that must lie in the tool's folder for callers. */
export const filesOf = (tool: string, entry: ToolEntry): string[] => [
  executableOf(tool, entry),
  ...entry.beside,
  ...entry.links,
];
