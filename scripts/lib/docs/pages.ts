import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { format } from "prettier";
import { parse } from "yaml";
import { root } from "../paths.ts";
import { chartReference, type ChartAbout } from "./chart-reference.ts";
import { rules } from "./chart-rules.ts";
import { chartSchema } from "./chart-schema.ts";
import { readChartValues } from "./chart-values.ts";
import { commandsPage } from "./commands.ts";
import { configurationPage } from "./configuration.ts";

/** A file that is made from other files of the checkout. */
export interface Page {
  /** Below the checkout. */
  readonly path: string;
  readonly text: string;
}

/** Everything that `npm run docs` writes. */
export async function pages(): Promise<Page[]> {
  const charts = await Promise.all(["dexie-cloud-server", "postgres"].map(chartPages));
  const all = [
    ...charts.flat(),
    { path: "docs/reference/configuration.md", text: configurationPage() },
    { path: "docs/reference/commands.md", text: commandsPage(await commands()) },
  ];
  return Promise.all(all.map(formatted));
}

async function chartPages(chart: string): Promise<Page[]> {
  const read = (file: string) => readFile(join(root, "charts", chart, file), "utf8");
  const values = readChartValues(await read("values.yaml"));
  const own = rules[chart] ?? {};
  const about = parse(await read("Chart.yaml")) as ChartAbout;
  return [
    {
      path: `charts/${chart}/values.schema.json`,
      text: JSON.stringify(chartSchema(chart, values, own)),
    },
    { path: `charts/${chart}/README.md`, text: chartReference(about, values, own) },
  ];
}

/** Each file of the folder is one command. */
async function commands(): Promise<Command[]> {
  const folder = join(root, "scripts/commands");
  const files = (await readdir(folder)).filter((file) => !file.endsWith(".test.ts")).sort();
  return Promise.all(
    files.map(async (file) => ((await import(join(folder, file))) as { command(): Command }).command()),
  );
}

async function formatted({ path, text }: Page): Promise<Page> {
  return { path, text: await format(text, { filepath: path, printWidth: 110 }) };
}
