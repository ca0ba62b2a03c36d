import {
  changedObjects,
  type Gone,
  objectsAt,
  objectsOf,
  type Place,
  type Written,
} from "../store/objects.ts";
import type { Queryable } from "../store/pool.ts";
import type { JsonObject } from "../tson.ts";

/** What the client gets: for each table, whole objects and deleted keys. */
export type ServerChanges = {
  readonly table: string;
  readonly muts: (
    | { readonly type: "upsert"; readonly keys: string[]; readonly values: JsonObject[] }
    | { readonly type: "delete"; readonly keys: string[] }
  )[];
}[];

/** Entries of `ServerChanges`, each as its JSON: many objects take several times as much room as their text. */
export type WrittenChanges = readonly Buffer[];

/** What a client holds already, and what it shall hold. */
export interface Wanted {
  readonly realms: readonly string[];
  /** Realms of which the client has everything up to `since`. */
  readonly known: readonly string[];
  readonly since: bigint;
  /** Places the client wrote to, right or wrong: it needs to know what they hold now. */
  readonly touched: readonly Place[];
}

const idOf = ({ table, key }: Place): string => JSON.stringify([table, key]);

const isThere = (found: Written | Gone): found is Written => found.value !== null;

function writeUpserts(objects: readonly Written[]): Buffer[] {
  return [...Map.groupBy(objects, ({ table }) => table)].map(([table, rows]) => {
    const keys = JSON.stringify(rows.map(({ key }) => key));
    const values = rows.map(({ value }) => value).join(",");
    const upsert = `{"type":"upsert","keys":${keys},"values":[${values}]}`;
    return Buffer.from(`{"table":${JSON.stringify(table)},"muts":[${upsert}]}`);
  });
}

function writeDeletes(places: readonly Place[]): Buffer[] {
  return [...Map.groupBy(places, ({ table }) => table)].map(([table, gone]) => {
    const muts = [{ type: "delete", keys: gone.map(({ key }) => key) }];
    return Buffer.from(JSON.stringify({ table, muts }));
  });
}

/** Everything a client needs to hold what the server holds. Needs a transaction that sees one instant. */
export async function pull(on: Queryable, database: string, wanted: Wanted): Promise<WrittenChanges> {
  const { realms, known, since, touched } = wanted;
  const still = realms.filter((realm) => known.includes(realm));
  const gained = realms.filter((realm) => !known.includes(realm));
  // A client that was let drop its realms got their objects with that answer, and has not heard of what went since.
  const heardOf = since > 0n ? realms : still;
  const open = new Map(touched.map((place) => [idOf(place), place]));
  const entries: Buffer[] = [];
  const take = (part: readonly (Written | Gone)[]): void => {
    entries.push(
      ...writeUpserts(part.filter(isThere)),
      ...writeDeletes(part.filter(({ value }) => value === null)),
    );
    for (const place of part) open.delete(idOf(place));
  };
  for await (const part of objectsOf(on, database, gained)) take(part);
  for await (const part of changedObjects(on, database, heardOf, still, since)) take(part);
  for await (const part of objectsAt(on, database, [...open.values()], realms)) take(part);
  // What is not there (for this reader) counts as deleted.
  return [...entries, ...writeDeletes([...open.values()])];
}
