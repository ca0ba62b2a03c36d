// Values as the Pulumi engine sends them to a plugin: JSON with marked secrets and unknowns.

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** Where a value stands: property names and, as text, array indexes. */
export type Path = readonly string[];

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** What stands in a preview for a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The value as an object; an empty one when it is something else. */
export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The text of a value that should be one; `undefined` when it is not. */
export const asText = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

export const secret = (value: Json): JsonObject => ({ [signatureKey]: secretSignature, value });

export const isSecret = (value: unknown): value is JsonObject & { value: Json } =>
  isObject(value) && value[signatureKey] === secretSignature;

/** A reference to another resource of the stack. */
export const resourceReference = (urn: string, id: string): JsonObject => ({
  [signatureKey]: resourceSignature,
  urn,
  id,
  packageVersion: "",
});

export function hasUnknown(value: Json | undefined): boolean {
  if (typeof value === "string") return value === unknown;
  return value !== null && typeof value === "object" && Object.values(value).some(hasUnknown);
}

/** Applies a function to each member of an object. */
export const mapMembers = (object: JsonObject, change: (value: Json, key: string) => Json): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, change(value, key)] as const],
    ),
  );

/** An object without some of its members. */
export const omit = <T extends JsonObject>(object: T, ...keys: string[]): T =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;

export interface Unsealed<T extends Json> {
  readonly value: T;
  /** Where secret wrappers stood. */
  readonly secrets: readonly Path[];
}

/** Takes secret wrappers off and says where they stood. */
export function unseal<T extends Json = JsonObject>(sealed: T): Unsealed<T> {
  const secrets: Path[] = [];
  const open = (value: Json, at: Path): Json => {
    if (isSecret(value)) {
      secrets.push(at);
      return unseal(value.value).value;
    }
    if (Array.isArray(value)) return value.map((member, index) => open(member, [...at, String(index)]));
    if (isObject(value)) return mapMembers(value, (member, key) => open(member, [...at, key]));
    return value;
  };
  return { value: open(sealed, []) as T, secrets };
}

/** Puts secret wrappers where a value stands at one of the paths. */
export function seal(plain: JsonObject, secrets: readonly Path[]): JsonObject {
  const sealed = structuredClone(plain);
  const innermostFirst = [...secrets].sort((a, b) => b.length - a.length);
  for (const path of innermostFirst) wrapAt(sealed, path);
  return sealed;
}

function wrapAt(root: JsonObject, path: Path): void {
  const last = path.at(-1);
  let holder: Json | undefined = root;
  for (const key of path.slice(0, -1)) holder = memberOf(holder, key);
  if (last === undefined) return;
  const value = memberOf(holder, last);
  if (value === undefined || isSecret(value)) return;
  if (Array.isArray(holder)) holder[Number(last)] = secret(value);
  else if (isObject(holder)) holder[last] = secret(value);
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) ? value[key] : undefined;
}

export interface Change {
  /** In the engine's notation: `spec.ports[0].name`, `data["app.conf"]`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** What must change to come from one value to the other, at the deepest place that differs. */
export function changes(from: Json | undefined, to: Json | undefined, at = ""): Change[] {
  if (from === to) return [];
  if (from === undefined) return [{ path: at, kind: "add" }];
  if (to === undefined) return [{ path: at, kind: "delete" }];
  const bothLists = Array.isArray(from) && Array.isArray(to);
  if (bothLists || (isObject(from) && isObject(to))) {
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...keys].flatMap((key) =>
      changes(memberOf(from, key), memberOf(to, key), step(at, key, bothLists)),
    );
  }
  return [{ path: at, kind: "update" }];
}

function step(at: string, key: string, inList: boolean): string {
  if (inList) return `${at}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${at}["${key}"]`;
  return at ? `${at}.${key}` : key;
}

/** Whether a path in the engine's notation is the other one or lies below it. */
export const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

/** The first step of a path in the engine's notation. */
export const topOf = (path: string): string => path.split(/[.[]/)[0] ?? path;
