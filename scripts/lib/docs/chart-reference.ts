import type { Rule } from "./chart-rules.ts";
import { leaves, ruleFor } from "./chart-schema.ts";
import type { ChartValue } from "./chart-values.ts";
import { code, generated, table } from "./markdown.ts";

export interface ChartAbout {
  readonly name: string;
  readonly description: string;
  readonly appVersion: string;
  readonly kubeVersion: string;
}

/** The README.md of a chart. `needs` are the objects that it refers to. */
export function chartReference(
  about: ChartAbout,
  values: readonly ChartValue[],
  rules: Readonly<Record<string, Rule>>,
  needs: string,
): string {
  const { name, description, appVersion, kubeVersion } = about;
  const rows = leaves(values).map((value) => [
    code(value.path),
    typeWord(ruleFor(value, rules)),
    code(JSON.stringify(value.default)),
    value.description,
  ]);
  return `# Chart ${name}

${generated("the comments of values.yaml")}

${description}. Version ${appVersion}, for Kubernetes ${kubeVersion.replace("-0", "")}.

\`\`\`sh
helm install ${name} charts/${name} --namespace dexie --values my-values.yaml
\`\`\`

The folder \`ci\` has the least that must be set and an example of everything.

## What must be there first

In the same namespace, from \`ci/objects.yaml\`:

\`\`\`yaml
${needs.trim()}
\`\`\`

## Values

${table(["Key", "Type", "Default", "What it is"], rows)}`;
}

function typeWord(rule: Rule): string {
  if (Array.isArray(rule["enum"])) return rule["enum"].map((value) => code(String(value))).join(", ");
  const words: Record<string, string> = { string: "text", integer: "whole number", boolean: "true or false" };
  const items = rule["items"] as Rule | undefined;
  if (items) return items["type"] === "string" ? "list of texts" : "list of objects";
  const type = String(rule["type"]);
  return words[type] ?? "map";
}
