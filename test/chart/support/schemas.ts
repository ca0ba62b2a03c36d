import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface OpenApi {
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** How kubeconform finds the schema of a kind in the folder. */
export const schemaLocation = (folder: string): string =>
  join(folder, "{{ .ResourceKind }}{{ .KindSuffix }}.json");

/** Writes a JSON Schema for every kind that an API server knows, from its own description. */
export async function writeSchemas(openApi: OpenApi, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [file, schema] of schemaFiles(openApi)) {
    await writeFile(join(folder, file), JSON.stringify(schema));
  }
}

/** File names and schemas, as strict as kubeconform's own: no key that the API does not know. */
export function schemaFiles({ definitions }: OpenApi): [string, object][] {
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, strictForm(name, schema)]),
  );
  return Object.entries(definitions).flatMap(([name, schema]) => {
    const [kind, ...others] = schema["x-kubernetes-group-version-kind"] ?? [];
    // Types that every group has, such as DeleteOptions, are no objects of their own.
    if (kind === undefined || others.length > 0) return [];
    const needed = closure(name, strict);
    return [[fileName(kind), { $ref: `#/definitions/${name}`, definitions: needed }] as [string, object]];
  });
}

function fileName({ group, version, kind }: GroupVersionKind): string {
  const [firstPart = ""] = group.split(".");
  return [kind.toLowerCase(), firstPart, version]
    .filter((part) => part !== "")
    .join("-")
    .concat(".json");
}

const alsoNumbers: readonly string[] = [
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
  "io.k8s.apimachinery.pkg.api.resource.Quantity",
];

function strictForm(name: string, schema: Schema): object {
  if (alsoNumbers.includes(name)) return { type: ["string", "number"] };
  return schema.properties === undefined ? schema : { ...schema, additionalProperties: false };
}

/** The definitions that one definition needs, itself included. */
function closure(name: string, all: Readonly<Record<string, object>>): Record<string, object> {
  const found: Record<string, object> = {};
  const add = (wanted: string) => {
    const schema = all[wanted];
    if (schema === undefined || wanted in found) return;
    found[wanted] = schema;
    for (const [, next = ""] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) add(next);
  };
  add(name);
  return found;
}
