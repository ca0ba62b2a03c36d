import { type KeyOperation, operate } from "../operations.ts";
import { type Change, isStorable, type Place, type Stored } from "../store/objects.ts";
import type { JsonObject } from "../tson.ts";
import type { ClientTransaction, Operation } from "./request.ts";

/** Why a transaction is refused as a whole. The client hears of it by getting the unchanged objects back. */
export type Refusal =
  "foreign realm" | "key taken" | "invalid key" | "incomplete operation" | "invalid owner";

export type Outcome = { readonly changes: Change[] } | { readonly refused: Refusal };

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
      const spec = operation.changeSpecs[index];
      return spec && { type: "update", spec };
    }
    case "modify":
      return { type: "update", spec: operation.changeSpec };
    case "delete":
      return { type: "delete" };
  }
}

const withOwner = (value: JsonObject, user: string): JsonObject => ({ owner: user, realmId: user, ...value });

/**
 * What a transaction of a user makes of the stored objects: all its changes, or a refusal. Without access control
 * (which this server does not have yet) a user writes in the own realm only.
 */
export function carryOut(transaction: ClientTransaction, stored: readonly Stored[], user: string): Outcome {
  const before = new Map(stored.map((object) => [id(object), object]));
  const now = new Map(before);
  for (const { table, operation } of transaction.operations) {
    for (const [index, key] of operation.keys.entries()) {
      if (!isValidKey(key, user)) return { refused: "invalid key" };
      const single = keyOperation(operation, index);
      if (!single) return { refused: "incomplete operation" };
      const place = id({ table, key });
      const current = now.get(place);
      if (current && current.realm !== user) return { refused: "foreign realm" };
      const result = operate(current?.value, single);
      if (result === "conflict") return { refused: "key taken" };
      if (!result) {
        now.delete(place);
        continue;
      }
      const value = withOwner(result, user);
      if (value["realmId"] !== user) return { refused: "foreign realm" };
      if (typeof value["owner"] !== "string") return { refused: "invalid owner" };
      now.set(place, { table, key, realm: user, value });
    }
  }
  const changes = placesOf(transaction)
    .map((place) => ({ ...place, before: before.get(id(place)), after: now.get(id(place)) }))
    .filter((change) => change.before !== change.after)
    .map((change) => ({ ...change, before: change.before?.realm }));
  return { changes };
}
