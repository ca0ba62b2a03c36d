import { changedPlaces, loadObjects, loadRealms, type Place, type Stored } from "../store/objects.ts";
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

/** What a client holds already, and what it shall hold. */
export interface Wanted {
  readonly realms: readonly string[];
  /** Realms of which the client has everything up to `since`. */
  readonly known: readonly string[];
  readonly since: bigint;
  /** Places the client wrote to, right or wrong: it needs to know what they hold now. */
  readonly touched: readonly Place[];
}

/** The present content of places as changes: what is not there (for this reader) counts as deleted. */
export function asChanges(objects: readonly Stored[], places: readonly Place[]): ServerChanges {
  const present = Map.groupBy(objects, ({ table }) => table);
  const mentioned = Map.groupBy(places, ({ table }) => table);
  return [...new Set([...present.keys(), ...mentioned.keys()])].map((table) => {
    const byKey = new Map((present.get(table) ?? []).map(({ key, value }) => [key, value]));
    const gone = [...new Set((mentioned.get(table) ?? []).map(({ key }) => key))].filter(
      (key) => !byKey.has(key),
    );
    return {
      table,
      muts: [
        ...(byKey.size > 0
          ? [{ type: "upsert" as const, keys: [...byKey.keys()], values: [...byKey.values()] }]
          : []),
        ...(gone.length > 0 ? [{ type: "delete" as const, keys: gone }] : []),
      ],
    };
  });
}

/** Everything a client needs to hold what the server holds. */
export async function pull(on: Queryable, database: string, wanted: Wanted): Promise<ServerChanges> {
  const { realms, known, since, touched } = wanted;
  const still = realms.filter((realm) => known.includes(realm));
  const gained = realms.filter((realm) => !known.includes(realm));
  const places = [...touched, ...(await changedPlaces(on, database, still, since))];
  // A client that was let drop its realms got their objects with that answer, and has not heard of what went since.
  const gone = since > 0n ? await changedPlaces(on, database, gained, since) : [];
  const atPlaces = await loadObjects(on, database, places);
  const readable = atPlaces.filter(({ realm }) => realms.includes(realm));
  return asChanges([...readable, ...(await loadRealms(on, database, gained))], [...places, ...gone]);
}
