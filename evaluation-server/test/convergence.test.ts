import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { add, Device, demoToken, newTxid, type Op, remove, update, upsert } from "./device.ts";
import { type Installation, install } from "./installation.ts";
import type { Replica } from "./replica.ts";

let installation: Installation;
let replicas: readonly Replica[];
beforeAll(async () => {
  installation = await install();
  replicas = [installation.replica, await installation.another()];
});

/** One thing a device does. */
type Step =
  | { readonly kind: "write"; readonly ops: readonly Op[] }
  | { readonly kind: "count"; readonly by: number }
  | { readonly kind: "sync" | "syncInVain" };

const key = fc.constantFrom("a", "b", "c");
const small = fc.integer({ min: 0, max: 9 });

const operation: fc.Arbitrary<Op> = fc.oneof(
  fc.tuple(key, small).map(([k, n]) => upsert(k, { n, tags: [] })),
  fc.tuple(key, small).map(([k, n]) => update(k, { n: add(n), "deep.er": n })),
  fc.tuple(key, small).map(([k, n]) => update(k, { tags: add([String(n)]) })),
  key.map(remove),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.array(operation, { minLength: 1, maxLength: 3 }).map((ops) => ({ kind: "write" as const, ops })),
  small.map((by) => ({ kind: "count" as const, by })),
  fc.constantFrom({ kind: "sync" as const }, { kind: "syncInVain" as const }),
);

const script = fc.array(step, { maxLength: 12 });

/** Keys of one run, which no other run touches. */
const within = (run: string, op: Op): Op => ({ ...op, keys: op.keys.map((k) => `${run}-${k}`) });

async function follow(device: Device, run: string, steps: readonly Step[]): Promise<void> {
  for (const taken of steps) {
    if (taken.kind === "write") device.write(taken.ops.map((op) => within(run, op)));
    else if (taken.kind === "count") device.write([update(`${run}-counter`, { n: add(taken.by) })]);
    else await device[taken.kind]();
  }
}

const total = (steps: readonly Step[]): number =>
  steps.reduce((sum, taken) => sum + (taken.kind === "count" ? taken.by : 0), 0);

test("two devices that write at once, over two replicas and lost answers, end with the same", async () => {
  const token = await demoToken(installation.replica, "alice@demo.local");
  await fc.assert(
    fc.asyncProperty(script, script, async (first, second) => {
      const run = newTxid();
      const devices = replicas.map((replica) => new Device(replica, token));
      const [one, two] = devices;
      if (!one || !two) throw new Error("Two replicas are needed");
      one.write([upsert(`${run}-counter`, { n: 0 })]);
      await one.sync();
      await Promise.all([follow(one, run, first), follow(two, run, second)]);
      await Promise.all([one.sync(), two.sync()]);
      await Promise.all([one.sync(), two.sync()]);
      const fresh = new Device(installation.replica, token);
      await fresh.sync();
      expect(one.rows()).toEqual(fresh.rows());
      expect(two.rows()).toEqual(fresh.rows());
      expect(fresh.row(`${run}-counter`)).toMatchObject({ n: total(first) + total(second) });
    }),
    { numRuns: 25 },
  );
});
