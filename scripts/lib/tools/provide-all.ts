import type { ToolLock } from "./lock.ts";
import { provide } from "./provide.ts";
import { waysOf } from "./state.ts";
import type { Toolbox } from "./toolbox.ts";

/**
 * Installs tools that are missing. What needs the processor (Go builds) goes one after another; what waits for the
 * network goes beside it. All are tried, then the first failure is told.
 */
export async function provideAll(names: readonly string[], toolbox: Toolbox): Promise<number> {
  const wanted = names.length > 0 ? names : installable(toolbox.lock);
  const lanes = Object.values(Object.groupBy(wanted, (name) => laneOf(name, toolbox.lock)));
  const failures = (await Promise.all(lanes.map((lane) => provideInTurn(lane, toolbox)))).flat();
  if (failures.length > 0) throw failures[0];
  return wanted.length;
}

/** The tools that can be had on any machine; the others are taken where they are found. */
function installable(lock: ToolLock): string[] {
  return Object.entries(lock).flatMap(([name, entry]) => (waysOf(entry) === "" ? [] : [name]));
}

/** Which tools are made one after another, beside those of the other lanes. */
function laneOf(name: string, lock: ToolLock): "go" | "packages" {
  const build = lock[name]?.build;
  return build && "debian" in build ? "packages" : "go";
}

async function provideInTurn(names: readonly string[], toolbox: Toolbox): Promise<unknown[]> {
  const failures = [];
  for (const name of names) {
    try {
      await provide(name, toolbox);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
