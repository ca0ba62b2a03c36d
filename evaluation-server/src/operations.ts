import { fromNumber, isObject, isUndefined, type Json, type JsonObject, keyPath, toNumber } from "./tson.ts";

/** The object an operation finds and leaves; undefined: there is none. */
export type State = JsonObject | undefined;

export type ChangeSpec = Readonly<Record<string, Json>>;

const unsafe = new Set(["__proto__", "constructor", "prototype"]);

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
  if (Array.isArray(remove)) return list.filter((item) => !remove.includes(item)).sort();
  if (typeof remove === "number") return fromNumber(toNumber(current) - remove);
  if (Array.isArray(replacePrefix) && typeof current === "string") {
    const [from, to] = replacePrefix;
    if (typeof from === "string" && typeof to === "string" && from && current.startsWith(from))
      return to + current.slice(from.length);
  }
  return current;
}

/** Sets what a key path names; makes the objects on the way, and deletes the property when the value is undefined. */
function setPath(target: JsonObject, path: readonly string[], value: Json): void {
  const [name, ...rest] = path;
  if (name === undefined || unsafe.has(name)) return;
  const current = Object.hasOwn(target, name) ? target[name] : undefined;
  if (rest.length > 0) {
    if (isObject(current)) {
      setPath(current, rest, value);
      return;
    }
    if (isUndefined(value)) return;
    const made: JsonObject = {};
    target[name] = made;
    setPath(made, rest, value);
    return;
  }
  const modification = propModification(value);
  const next = modification ? modified(current, modification) : value;
  if (next === undefined || isUndefined(next)) Reflect.deleteProperty(target, name);
  else target[name] = next;
}

/** The object with a change spec (key path → value or prop-modification) carried out. */
export function change(object: JsonObject, spec: ChangeSpec): JsonObject {
  const changed = structuredClone(object);
  for (const [path, value] of Object.entries(spec)) setPath(changed, keyPath(path), value);
  return changed;
}

/** A value for a new object: prop-modifications in it have nothing to modify, so they act on undefined. */
function fresh(value: JsonObject): JsonObject {
  const resolved = Object.entries(value).map(([name, item]) => {
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

/** What one operation makes of one object. `"conflict"`: an insert found the key taken. */
export function operate(state: State, operation: KeyOperation): State | "conflict" {
  switch (operation.type) {
    case "insert":
      return state ? "conflict" : fresh(operation.value);
    case "upsert":
      return state && operation.spec ? change(state, operation.spec) : fresh(operation.value);
    case "update":
      return state && change(state, operation.spec);
    case "delete":
      return undefined;
  }
}
