import { z } from "zod";
import { badRequest } from "../errors.ts";
import type { ChangeSpec } from "../operations.ts";
import { isStorable } from "../store/objects.ts";
import { isDeeperThan, isObject, isUndefined, type JsonObject } from "../tson.ts";

/** TSON writes an absent field as an object that means undefined. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isUndefined(value) ? undefined : value), schema.optional());

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 500 && isStorable(value);
const text = (max: number) => z.string().max(max).refine(isStorable);

/** A list with one fault for all its items, whose number and size have no other bound than that of the body. */
const listOf = <T>(isItem: (item: unknown) => item is T) =>
  z.custom<T[]>((value) => Array.isArray(value) && value.every(isItem));

/** An operation is carried out on each of its keys, one key path after the other: both cost time. */
const longestKeyPath = 1_000;
const deepestKeyPath = 100;

const isKeyPath = (path: string): boolean =>
  path.length <= longestKeyPath && path.split(".").length <= deepestKeyPath;
const isChangeSpec = (value: unknown): value is JsonObject =>
  isObject(value) && Object.keys(value).every(isKeyPath);

/**
 * Objects have keys of text. A client can nevertheless ask to delete others, which must not keep it from syncing: they
 * count as the empty key, which no object has.
 */
const key = z.string().catch("");

const common = { keys: z.array(key), txid: optional(text(200)), opNo: optional(z.number()) };

const operation = z.discriminatedUnion("type", [
  z.object({ ...common, type: z.literal("insert"), values: listOf(isObject) }),
  z.object({
    ...common,
    type: z.literal("upsert"),
    values: listOf(isObject),
    changeSpecs: optional(listOf(isChangeSpec)),
  }),
  z.object({ ...common, type: z.literal("update"), changeSpecs: listOf(isChangeSpec) }),
  z.object({ ...common, type: z.literal("modify"), changeSpec: z.custom<JsonObject>(isChangeSpec) }),
  z.object({ ...common, type: z.literal("delete") }),
]);

const entry = z.object({ table: text(200).min(1), muts: z.array(z.unknown()) });

const request = z.object({
  clientIdentity: text(200).min(1),
  schema: z.custom<JsonObject>(isObject),
  lastPull: optional(
    z.object({
      serverRevision: z.string().max(200),
      realms: listOf(isText),
      inviteRealms: listOf(isText),
    }),
  ),
  changes: z.array(z.unknown()),
});

/** Far more than applications need, and far less than what overflows the stack here or in PostgreSQL. */
const deepest = 500;

/** Five times what a request may have in bytes. */
const largestUnfolded = 50 * 1024 * 1024;

export type Operation = z.output<typeof operation>;
export interface SyncRequest extends Omit<z.output<typeof request>, "changes"> {
  readonly changes: readonly { readonly table: string; readonly muts: readonly Operation[] }[];
}

/** Operations of one transaction of the client, in the order in which they were made. */
export interface ClientTransaction {
  /** Undefined when the client gave none: such operations are never recognised as repeated. */
  readonly txid: string | undefined;
  readonly operations: readonly { readonly table: string; readonly operation: Operation }[];
}

/**
 * The change that an operation makes of all its keys. The addon writes `modify` by primary keys as an `update` of
 * many keys with one change.
 */
export function sharedSpec(operation: Operation): ChangeSpec | undefined {
  if (operation.type === "modify") return operation.changeSpec;
  if (operation.type === "update" && operation.changeSpecs.length === 1) return operation.changeSpecs[0];
  return undefined;
}

/** What the changes of a request that are made of several objects at once would take, if each object had its own. */
function unfoldedSize(changes: SyncRequest["changes"]): number {
  const sizes = changes.flatMap(({ muts }) =>
    muts.map((operation) => {
      const spec = sharedSpec(operation);
      return spec ? JSON.stringify(spec).length * operation.keys.length : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What lies at a place of a request, or a 400 that names the faulty places without their content. */
function parseAt<T>(place: readonly PropertyKey[], schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${[...place, ...path].join(".")}: ${code}`);
  throw badRequest(faults.join("; "));
}

/** The request, up to its first fault: each takes room, and there may be very many. */
export function parseSyncRequest(body: unknown): SyncRequest {
  if (isDeeperThan(body, deepest)) throw badRequest("values lie too deep in each other");
  const parsed = parseAt([], request, body);
  const changes = parsed.changes.map((item, index) => {
    const place = ["changes", index];
    const { table, muts } = parseAt(place, entry, item);
    return { table, muts: muts.map((mut, at) => parseAt([...place, "muts", at], operation, mut)) };
  });
  if (unfoldedSize(changes) > largestUnfolded) throw badRequest("one change is made of too many objects");
  return { ...parsed, changes };
}

/** Groups operations by transaction: an entry of the request holds one table only, a transaction may span several. */
export function groupByTransaction(changes: SyncRequest["changes"]): ClientTransaction[] {
  const all = changes.flatMap(({ table, muts }) => muts.map((operation) => ({ table, operation })));
  const groups = Map.groupBy(all, ({ operation }) => operation.txid);
  return [...groups].map(([txid, operations]) => ({
    txid,
    operations: operations.toSorted((a, b) => (a.operation.opNo ?? 0) - (b.operation.opNo ?? 0)),
  }));
}
