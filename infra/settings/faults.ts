import { z } from "zod";
import { schema } from "./schema.ts";

/** One thing that is wrong with the configuration of a stack. */
export interface Fault {
  /** Such as `backups.schedule.full`. */
  readonly key: string;
  /** Such as "must be …". Never holds the value itself, which can be secret. */
  readonly wrong: string;
  /** A value that would be right, or the keys that exist. */
  readonly hint?: string;
}

/** `server.replicas: must be 1 or more, such as 2`. */
export const describeFault = ({ key, wrong, hint }: Fault): string =>
  `${key}: ${wrong}${hint === undefined ? "" : `, ${hint}`}`;

const words: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** Sentences for what the schema itself says nothing about. */
export const sentence: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type") return `must be ${words[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(" or ")}`;
  return undefined;
};

/** The faults that zod found, each with its key and an example. */
export function faultsOf(issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key));
    if (issue.code === "invalid_union") return [unknownKind(path)];
    return [{ key: path.join("."), wrong: issue.message, ...exampleFor(path) }];
  });
}

function unknownKey(path: readonly string[], key: string): Fault {
  const known = nodesAt(path).flatMap(({ properties = {} }) => Object.keys(properties));
  return {
    key: [...path, key].join("."),
    wrong: "is not a setting",
    hint: `known are ${[...new Set(known)].join(", ")}`,
  };
}

function unknownKind(path: readonly string[]): Fault {
  const kinds = nodesAt(path).map((node) => String(node.const));
  return { key: path.join("."), wrong: `must be ${kinds.join(" or ")}`, hint: `such as ${kinds[0] ?? ""}` };
}

function exampleFor(path: readonly string[]): { hint?: string } {
  const nodes = nodesAt(path);
  const hint = nodes.find((node) => node.hint !== undefined)?.hint;
  if (hint !== undefined) return { hint };
  const example = nodes.map(exampleOf).find((value) => value !== undefined);
  return example === undefined ? {} : { hint: `such as ${JSON.stringify(example)}` };
}

/** A node's own example, or one put together from those of its keys. */
function exampleOf(node: Node): unknown {
  if (node.examples?.[0] !== undefined) return node.examples[0];
  if (node.const !== undefined) return node.const;
  const [first] = node.oneOf ?? node.anyOf ?? [];
  if (first) return exampleOf(first);
  if (!node.properties) return undefined;
  const entries = Object.entries(node.properties).filter(([key]) => node.required?.includes(key));
  const examples = entries.map(([key, child]) => [key, exampleOf(child)] as const);
  return examples.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(examples);
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  /** Said where an example would be taken for a secret. */
  readonly hint?: string;
}

/** The places of the schema that a path leads to: several where a kind decides. */
function nodesAt(path: readonly string[]): Node[] {
  const root = z.toJSONSchema(schema, { io: "input" }) as Node;
  return path
    .reduce((nodes, key) => nodes.flatMap(alternatives).flatMap((node) => step(node, key)), [root])
    .flatMap(alternatives);
}

const alternatives = (node: Node): readonly Node[] => node.oneOf ?? node.anyOf ?? [node];

function step({ properties, items }: Node, key: string): Node[] {
  const next = properties?.[key] ?? (/^\d+$/.test(key) ? items : undefined);
  return next ? [next] : [];
}
