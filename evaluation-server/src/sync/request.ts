import { z } from "zod";
import { badRequest } from "../errors.ts";
import type { ChangeSpec } from "../operations.ts";
import { isStorable } from "../store/objects.ts";
import { isDeeperThan, isUndefined, type Json } from "../tson.ts";

/** TSON writes an absent field as an object that means undefined. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isUndefined(value) ? undefined : value), schema.optional());

const text = (max: number) => z.string().max(max).refine(isStorable);
const object = z.record(z.string(), z.custom<Json>());

/** An operation is carried out on each of its keys, one key path after the other: both cost time. */
const longestKeyPath = 1_000;
const deepestKeyPath = 100;

const isKeyPath = (path: string): boolean =>
  path.length <= longestKeyPath && path.split(".").length <= deepestKeyPath;
const changeSpec = object.refine((spec) => Object.keys(spec).every(isKeyPath));

/**
 * Objects have keys of text. A client can nevertheless ask to delete others, which must not keep it from syncing: they
 * count as the empty key, which no object has.
 */
const key = z.string().catch("");

const common = { keys: z.array(key), txid: optional(text(200)), opNo: optional(z.number()) };

const operation = z.discriminatedUnion("type", [
  z.object({ ...common, type: z.literal("insert"), values: z.array(object) }),
  z.object({
    ...common,
    type: z.literal("upsert"),
    values: z.array(object),
    changeSpecs: optional(z.array(changeSpec)),
  }),
  z.object({ ...common, type: z.literal("update"), changeSpecs: z.array(changeSpec) }),
  z.object({ ...common, type: z.literal("modify"), changeSpec }),
  z.object({ ...common, type: z.literal("delete") }),
]);

const request = z.object({
  clientIdentity: text(200).min(1),
  schema: object,
  lastPull: optional(
    z.object({
      serverRevision: z.string().max(200),
      realms: z.array(text(500)),
      inviteRealms: z.array(text(500)),
    }),
  ),
  changes: z.array(z.object({ table: text(200).min(1), muts: z.array(operation) })),
});

/** Far more than applications need, and far less than what overflows the stack here or in PostgreSQL. */
const deepest = 500;

/** Five times what a request may have in bytes. */
const largestUnfolded = 50 * 1024 * 1024;

export type Operation = z.output<typeof operation>;
export type SyncRequest = z.output<typeof request>;

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

/** The request, or a 400 that names the faulty places without their content. */
export function parseSyncRequest(body: unknown): SyncRequest {
  if (isDeeperThan(body, deepest)) throw badRequest("values lie too deep in each other");
  const parsed = request.safeParse(body);
  if (parsed.success) {
    if (unfoldedSize(parsed.data.changes) > largestUnfolded)
      throw badRequest("one change is made of too many objects");
    return parsed.data;
  }
  const places = parsed.error.issues.slice(0, 5).map(({ path, code }) => `${path.join(".")}: ${code}`);
  throw badRequest(places.join("; "));
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
