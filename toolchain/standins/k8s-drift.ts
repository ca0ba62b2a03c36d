import { isDeepStrictEqual } from "node:util";
import { isObject, omit, type Json, type JsonObject } from "./values.ts";
import type { Manifest } from "./k8s-object.ts";

/**
 * The inputs as the live object has them. Only what the inputs name is looked at, and the live value is taken only
 * where it is not what applying the inputs would give: a value the API server writes another way is no drift.
 */
export function driftedInputs(input: JsonObject, live: JsonObject, applied: JsonObject): JsonObject {
  return drifted(input, live, applied) as JsonObject;
}

function drifted(input: Json, live: Json, applied: Json | undefined): Json {
  if (isDeepStrictEqual(live, applied)) return input;
  if (isObject(input) && isObject(live)) {
    const wanted = isObject(applied) ? applied : {};
    const stillThere = Object.entries(input).flatMap(([key, value]) => {
      const liveValue = live[key];
      return value === undefined || liveValue === undefined
        ? []
        : [[key, drifted(value, liveValue, wanted[key])] as const];
    });
    return Object.fromEntries(stillThere);
  }
  if (Array.isArray(input) && Array.isArray(live) && Array.isArray(applied)) {
    const comparable = input.length === live.length && input.length === applied.length;
    if (comparable) return input.map((value, index) => drifted(value, live[index] ?? null, applied[index]));
  }
  return live;
}

const serverFields = ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"];

/** A live object as the inputs that would make it. */
export function importedInputs(live: Manifest): JsonObject {
  return { ...omit(structuredClone(live), "status"), metadata: omit(live.metadata, ...serverFields) };
}
