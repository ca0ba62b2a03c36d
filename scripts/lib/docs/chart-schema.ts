import type { Rule } from "./chart-rules.ts";
import type { ChartValue } from "./chart-values.ts";

type Rules = Readonly<Record<string, Rule>>;

/** The values.schema.json of a chart. */
export function chartSchema(chart: string, values: readonly ChartValue[], rules: Rules): Rule {
  const unused = Object.keys(rules).filter((path) => !leaves(values).some((value) => value.path === path));
  if (unused.length > 0) throw new Error(`rules of no key in the values of ${chart}: ${unused.join(", ")}`);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Values of the chart ${chart}`,
    ...objectOf(values, rules),
  };
}

/** The values that have no keys of their own. */
export const leaves = (values: readonly ChartValue[]): ChartValue[] =>
  values.flatMap((value) => (value.children.length > 0 ? leaves(value.children) : [value]));

function objectOf(values: readonly ChartValue[], rules: Rules): Rule {
  const properties = values.map((value) => [lastOf(value.path), schemaOf(value, rules)] as const);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties) };
}

function schemaOf(value: ChartValue, rules: Rules): Rule {
  const { description, children } = value;
  const about = description === "" ? {} : { description };
  if (children.length > 0) return { ...about, ...objectOf(children, rules) };
  return { ...about, ...ruleFor(value, rules), default: value.default };
}

/** The rule that is written down, else the type of the default. A list or map says nothing of its members. */
export function ruleFor({ path, default: value }: ChartValue, rules: Rules): Rule {
  const rule = rules[path];
  if (rule !== undefined) return rule;
  if (typeof value === "string" || typeof value === "boolean") return { type: typeof value };
  throw new Error(`say in chart-rules.ts what ${path} may hold`);
}

const lastOf = (path: string): string => path.split(".").at(-1) ?? path;
