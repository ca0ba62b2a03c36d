import { z } from "zod";
import { schema } from "../../../infra/settings/schema.ts";
import { secretKeys } from "../../../infra/settings/secrets.ts";
import { code, generated, table } from "./markdown.ts";

/** The page of all keys of a stack file. */
export function configurationPage(): string {
  const root = z.toJSONSchema(schema, { io: "input" }) as Node;
  const sections = Object.entries(root.properties ?? {}).map(([key, node]) => section(key, node, root));
  return `# Configuration

${generated("infra/settings/schema.ts")}

The keys of a stack file, \`Pulumi.<stack>.yaml\`, where each begins with \`dexie-cloud-kit:\`. The program checks all of them
before it touches anything and tells every fault at once, with its key and an example.

\`\`\`sh
pulumi config set --path 'dexie-cloud-kit:server.replicas' 3    # one value
pulumi config set --secret dexie-cloud-kit:credentials < file    # an encrypted one, which never stands on a command line
\`\`\`

\`--path\` changes what stands in the file key by key, as \`./kit init\` writes it. Of a value that is one line of JSON, and of an
encrypted one, it keeps nothing: set those as a whole, as in [secrets, later](../install-on-a-cluster.md#6-secrets-later).

${sections.join("\n\n")}
`;
}

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
}

const titles = ["Key", "Type", "Default", "What it is", "Example"];
const isSecret = (key: string): boolean => (secretKeys as readonly string[]).includes(key);

function section(key: string, node: Node, root: Node): string {
  const isLeaf = node.properties === undefined && kindsOf(node).length === 0;
  const text = [`## ${key}`, isLeaf ? "" : (node.description ?? "")];
  if (isSecret(key)) text.push("**Secret.** Refused where it lies unencrypted in the stack file.");
  if (isLeaf) text.push(table(titles, [row(key, node, needOf(key, root))]));
  if (node.properties)
    text.push(table(titles, rowsBelow(key, node, root.required?.includes(key) ? undefined : key)));
  for (const kind of kindsOf(node)) {
    const { kind: discriminator, ...others } = kind.properties ?? {};
    text.push(`### ${key}.kind: ${String(discriminator?.const)}`, discriminator?.description ?? "");
    text.push(table(titles, rowsBelow(key, { ...kind, properties: others })));
  }
  return text.filter((part) => part !== "").join("\n\n");
}

const kindsOf = (node: Node): readonly Node[] => node.oneOf ?? node.anyOf ?? [];

/** Whether a key must be set: always, with the object it stands in, or not at all. */
function needOf(name: string, holder: Node, optionalHolder?: string): string {
  if (!holder.required?.includes(name)) return "not set";
  return optionalHolder === undefined ? "required" : `required with ${code(optionalHolder)}`;
}

/** A row for each key, but for those that only hold others and say nothing themselves. */
function rowsBelow(path: string, node: Node, optional?: string): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = `${path}.${name}`;
    if (child.properties === undefined) return [row(key, child, needOf(name, node, optional))];
    const isRequired = node.required?.includes(name);
    const below = rowsBelow(key, child, isRequired ? optional : key);
    if (child.description === undefined) return below;
    const need = isRequired ? needOf(name, node, optional) : "not set";
    return [[code(key), "the keys below", need, child.description, ""], ...below];
  });
}

function row(key: string, node: Node, need: string): string[] {
  const example = node.examples?.[0];
  return [
    code(key),
    typeWord(node),
    node.default === undefined ? need : code(shown(node.default)),
    node.description ?? "",
    example === undefined ? "" : code(shown(example)),
  ];
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const words: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  boolean: "true or false",
};

function typeWord(node: Node): string {
  const choices = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (choices) return choices.map((choice) => code(String(choice))).join(", ");
  if (node.type === "array") return node.items?.type === "object" ? "list of objects" : "list of texts";
  return words[node.type ?? ""] ?? node.type ?? "";
}
