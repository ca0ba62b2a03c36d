/** JSON as it travels. Values outside JSON are objects with `$t`; they are stored as they came and never revived. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [property: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const containers = (values: readonly unknown[]): object[] =>
  values.filter((value): value is object => typeof value === "object" && value !== null);

/** True when objects and lists lie deeper in each other than the limit. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level = containers([value]);
  for (let depth = 0; depth <= limit; depth++) {
    level = containers(level.flatMap((container) => Object.values(container) as unknown[]));
    if (level.length === 0) return false;
  }
  return true;
}

/** TSON writes undefined as an object. */
export const isUndefined = (value: unknown): boolean =>
  value === undefined || (isObject(value) && value["$t"] === "undefined");

/** TSON writes the numbers that JSON lacks as text. */
export function toNumber(value: Json | undefined): number {
  if (isObject(value) && value["$t"] === "number") return Number(value["v"]);
  return typeof value === "object" ? NaN : Number(value);
}

/** A number as it travels. */
export const fromNumber = (value: number): Json =>
  Number.isFinite(value) ? value : { $t: "number", v: String(value) };

/**
 * The property names of a key path. A path names properties as the application does, whereas stored objects have
 * them as they travel: with one more `$` when they begin with `$`.
 */
export function keyPath(path: string): string[] {
  const unescaped = path.startsWith("$") ? path.slice(1) : path;
  return unescaped.split(".").map((name) => (name.startsWith("$") ? `$${name}` : name));
}

/** The JSON of an object with one more property, a list whose items are JSON already. In pieces, which may be many. */
export function* withList(object: object, name: string, items: readonly Buffer[]): Generator<Buffer> {
  yield Buffer.from(`${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:[`);
  for (const [index, item] of items.entries()) {
    if (index > 0) yield Buffer.from(",");
    yield item;
  }
  yield Buffer.from("]}");
}
