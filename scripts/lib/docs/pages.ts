import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { parse } from "yaml";
import { commandOf, verbs } from "../../verbs.ts";
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
    {
      path: `charts/${chart}/README.md`,
      text: chartReference(about, values, own, await read("ci/objects.yaml")),
    },
  ];
}

const commands = () =>
  Promise.all(
    Object.entries(verbs)
      .sort(byName)
      .map(([, verb]) => commandOf(verb)),
  );

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);

async function formatted({ path, text }: Page): Promise<Page> {
  return { path, text: await format(text, { filepath: path, printWidth: 110 }) };
}
