import { itemsGoneOver, type KeyOperation, operate } from "../operations.ts";
import { type Change, isStorable, type Place, type Stored } from "../store/objects.ts";
import type { JsonObject } from "../tson.ts";
import { type ClientTransaction, type Operation, sharedSpec } from "./request.ts";

/** Why a transaction is refused. The client hears of it by getting the unchanged objects back. */
export type Refusal =
  "foreign realm" | "key taken" | "invalid key" | "incomplete operation" | "invalid owner" | "too much work";

/** What a transaction comes to: changes, and why it or parts of it are refused. */
export interface Outcome {
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
}

/** Items of lists that the changes of a transaction go over. They cost time, and all that this process serves waits. */
const mostItems = 5_000_000;

/** Keys are part of an index, whose entries PostgreSQL limits. */
const longestKey = 1_500;

const id = ({ table, key }: Place): string => JSON.stringify([table, key]);

/** The places a transaction touches, each once. */
export function placesOf({ operations }: ClientTransaction): Place[] {
  const places = operations.flatMap(({ table, operation }) => operation.keys.map((key) => ({ table, key })));
  return [...new Map(places.map((place) => [id(place), place])).values()];
}

/** A key can be stored; private keys (`#…`) belong to the user they end with. */
export const isValidKey = (key: string, user: string): boolean =>
  key.length > 0 &&
  Buffer.byteLength(key) <= longestKey &&
  isStorable(key) &&
  (!key.startsWith("#") || key.endsWith(`:${user}`));

function keyOperation(operation: Operation, index: number): KeyOperation | undefined {
  switch (operation.type) {
    case "insert": {
      const value = operation.values[index];
      return value && { type: "insert", value };
    }
    case "upsert": {
      const value = operation.values[index];
      return value && { type: "upsert", value, spec: operation.changeSpecs?.[index] };
    }
    case "update": {
      const spec = sharedSpec(operation) ?? operation.changeSpecs[index];
      return spec && { type: "update", spec };
    }
    case "modify":
      return { type: "update", spec: operation.changeSpec };
    case "delete":
      return { type: "delete" };
  }
}

const withOwner = (value: JsonObject, user: string): JsonObject =>
  "owner" in value && "realmId" in value ? value : { owner: user, realmId: user, ...value };

/**
 * After its first login a device uploads all rows that it has, of all tables, under one id. They are no transaction of
 * the application: one that cannot be taken must not cost the device the others.
 */
const isUpload = ({ txid, operations }: ClientTransaction): boolean =>
  txid?.startsWith("upload-") === true &&
  operations.every(({ operation }) => operation.type === "upsert" && !operation.changeSpecs);

const itemsOf = (current: Stored | undefined, operation: KeyOperation | undefined): number =>
  current && operation && "spec" in operation && operation.spec
    ? itemsGoneOver(current.value, operation.spec)
    : 0;

/** What one operation of a user makes of the object at a place, or why it is refused. */
function carryOutAt(
  place: Place,
  current: Stored | undefined,
  operation: KeyOperation | undefined,
  user: string,
): Stored | undefined | Refusal {
  if (operation?.type === "delete" && !current) return undefined;
  if (!isValidKey(place.key, user)) return "invalid key";
  if (!operation) return "incomplete operation";
  if (current && current.realm !== user) return "foreign realm";
  const result = operate(current?.value, operation);
  if (result === "conflict") return "key taken";
  if (!result) return undefined;
  const value = withOwner(result, user);
  if (value["realmId"] !== user) return "foreign realm";
  if (typeof value["owner"] !== "string") return "invalid owner";
  return { ...place, realm: user, value };
}

/**
 * What a transaction of a user makes of the stored objects, which are its own to change. It is refused as a whole, an
 * upload row by row. Without access control (which this server does not have yet) a user writes in the own realm only.
 */
export function carryOut(transaction: ClientTransaction, stored: readonly Stored[], user: string): Outcome {
  const before = new Map(stored.map((object) => [id(object), object]));
  const now = new Map(before);
  const refusals: Refusal[] = [];
  const whole = !isUpload(transaction);
  let items = 0;
  for (const { table, operation } of transaction.operations) {
    for (const [index, key] of operation.keys.entries()) {
      const place = { table, key };
      const current = now.get(id(place));
      const change = keyOperation(operation, index);
      items += itemsOf(current, change);
      if (items > mostItems) return { changes: [], refusals: ["too much work"] };
      const result = carryOutAt(place, current, change, user);
      if (typeof result === "object") now.set(id(place), result);
      else if (result === undefined) now.delete(id(place));
      else if (whole) return { changes: [], refusals: [result] };
      else refusals.push(result);
    }
  }
  const changes = placesOf(transaction)
    .map((place) => ({ ...place, before: before.get(id(place)), after: now.get(id(place)) }))
    .filter((change) => change.before !== change.after)
    .map((change) => ({ ...change, before: change.before?.realm }));
  return { changes, refusals };
}
