import { fromNumber, isObject, isUndefined, type Json, type JsonObject, keyPath, toNumber } from "./tson.ts";

/** The object an operation finds and leaves; undefined: there is none. */
export type State = JsonObject | undefined;

export type ChangeSpec = Readonly<Record<string, Json>>;

/** The parts of `{"@@propmod": …}` and its older spelling `{"$t":"PropModification", …}`; undefined for other values. */
function propModification(value: Json): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  if (isObject(value["@@propmod"])) return value["@@propmod"];
  return value["$t"] === "PropModification" ? value : undefined;
}

function modified(current: Json | undefined, { add, remove, replacePrefix }: JsonObject): Json | undefined {
  const list = Array.isArray(current) ? current : [];
  if (Array.isArray(add)) return [...list, ...add].sort();
  if (typeof add === "number") return fromNumber((toNumber(current) || 0) + add);
  if (Array.isArray(remove)) {
    const removed = new Set(remove);
    return list.filter((item) => !removed.has(item)).sort();
  }
  if (typeof remove === "number") return fromNumber(toNumber(current) - remove);
  if (Array.isArray(replacePrefix) && typeof current === "string") {
    const [from, to] = replacePrefix;
    if (typeof from === "string" && typeof to === "string" && from && current.startsWith(from))
      return to + current.slice(from.length);
  }
  return current;
}

/** The item of a list or the property of an object that a name of a key path stands for. */
function get(target: JsonObject | Json[], name: string): Json | undefined {
  if (Array.isArray(target)) return target[Number(name)];
  return Object.hasOwn(target, name) ? target[name] : undefined;
}

/**
 * Sets an item or a property; undefined takes it away, from a list by moving up what follows. A list has no holes and
 * nothing but items: other names, and indexes beyond its end, are passed over.
 */
function set(target: JsonObject | Json[], name: string, value: Json | undefined): void {
  if (!Array.isArray(target)) {
    if (value === undefined) Reflect.deleteProperty(target, name);
    else target[name] = value;
    return;
  }
  if (!/^\d+$/.test(name) || Number(name) > target.length) return;
  if (value === undefined) target.splice(Number(name), 1);
  else target[Number(name)] = value;
}

const isContainer = (value: Json | undefined): value is JsonObject | Json[] =>
  typeof value === "object" && value !== null;

/** Sets what a key path names, and makes the objects on the way unless the value is undefined. */
function setPath(object: JsonObject, path: readonly string[], value: Json): void {
  const last = path.at(-1);
  if (last === undefined || path.includes("__proto__")) return;
  let target: JsonObject | Json[] = object;
  for (const name of path.slice(0, -1)) {
    const next = get(target, name);
    if (isContainer(next)) {
      target = next;
      continue;
    }
    if (isUndefined(value)) return;
    const made: JsonObject = {};
    set(target, name, made);
    target = made;
  }
  const modification = propModification(value);
  const given = modification ? modified(get(target, last), modification) : value;
  set(target, last, isUndefined(given) ? undefined : given);
}

function find(object: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, name) => (isContainer(at) ? get(at, name) : undefined), object);
}

/** How many items of lists a change spec goes over, each time that it is carried out on an object. */
export function itemsGoneOver(object: JsonObject, spec: ChangeSpec): number {
  const lists = Object.entries(spec).flatMap(([path, value]) => {
    const modification = propModification(value);
    if (modification) return [find(object, keyPath(path)), modification["add"], modification["remove"]];
    // What follows a deleted item moves up.
    return isUndefined(value) ? [find(object, keyPath(path).slice(0, -1))] : [];
  });
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
}

/** Carries out a change spec (key path → value or prop-modification) on an object, in place. */
export function change(object: JsonObject, spec: ChangeSpec): void {
  // A copy: the same spec may change several objects, and an operation may be carried out again.
  for (const [path, value] of Object.entries(structuredClone(spec))) setPath(object, keyPath(path), value);
}

/** A value for a new object: prop-modifications in it have nothing to modify, so they act on undefined. */
function fresh(value: JsonObject): JsonObject {
  const resolved = Object.entries(structuredClone(value)).map(([name, item]) => {
    const modification = propModification(item);
    return [name, modification ? modified(undefined, modification) : item] as const;
  });
  return Object.fromEntries(resolved.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export type KeyOperation =
  | { readonly type: "insert"; readonly value: JsonObject }
  | { readonly type: "upsert"; readonly value: JsonObject; readonly spec?: ChangeSpec | undefined }
  | { readonly type: "update"; readonly spec: ChangeSpec }
  | { readonly type: "delete" };

/**
 * What one operation makes of one object, which it may change in place. `"conflict"`: an insert found the key taken.
 */
export function operate(state: State, operation: KeyOperation): State | "conflict" {
  switch (operation.type) {
    case "insert":
      return state ? "conflict" : fresh(operation.value);
    case "upsert":
      if (!state || !operation.spec) return fresh(operation.value);
      change(state, operation.spec);
      return state;
    case "update":
      if (state) change(state, operation.spec);
      return state;
    case "delete":
      return undefined;
  }
}
