import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { $ } from "zx";
import { root } from "../../../scripts/lib/paths.ts";
import { tool } from "../../../scripts/lib/tools/index.ts";
import type { KubernetesObject } from "./objects.ts";

export const charts = ["dexie-cloud-server", "postgres"] as const;
export type Chart = (typeof charts)[number];

export const chartFolder = (chart: Chart): string => join(root, "charts", chart);

/** The example values that a chart brings with it. */
export const examples = charts.flatMap((chart) =>
  ["minimal", "everything"].map((example) => [chart, example] as const),
);
export const exampleFile = (chart: Chart, example: string): string =>
  join(chartFolder(chart), "ci", `${example}.yaml`);

const kubernetesVersion = "1.34.0";

export interface Rendering {
  readonly release?: string;
  readonly namespace?: string;
  /** Values beside those of the file. */
  readonly values?: object;
}

/** What `helm template` prints for one of a chart's example files, or for values alone. */
export async function renderText(
  chart: Chart,
  example: string | undefined,
  { release = "app", namespace = "dexie", values = {} }: Rendering = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "values-"));
  try {
    const file = join(folder, "values.json");
    await writeFile(file, JSON.stringify(values));
    const files = [...(example === undefined ? [] : [exampleFile(chart, example)]), file];
    const to = ["--namespace", namespace, "--kube-version", kubernetesVersion];
    return await helm("template", release, chartFolder(chart), ...to, ...withValues(files));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const withValues = (files: readonly string[]): string[] => files.flatMap((file) => ["--values", file]);

export async function render(
  chart: Chart,
  example: string | undefined,
  rendering: Rendering = {},
): Promise<KubernetesObject[]> {
  return parseObjects(await renderText(chart, example, rendering));
}

export const parseObjects = (text: string): KubernetesObject[] =>
  (parseAllDocuments(text) as { toJS(): unknown }[])
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);

/** Runs Helm; fails with what it said. */
export async function helm(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await $({ quiet: true, nothrow: true })`${await tool("helm")} ${args}`;
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}
