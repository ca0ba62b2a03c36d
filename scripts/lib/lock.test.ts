import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { whileNodeLocked } from "./lock.ts";

const silent = { waitingFor: () => undefined, note: () => undefined };
let locks = 0;
const newLock = () => `\0kit-test-${process.pid}-${locks++}`;

it("lets one work at a time", async () => {
  const name = newLock();
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((done) => setImmediate(done));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => whileNodeLocked(silent, work, name)));
  expect(most).toBe(1);
});

it("is free again after a failure", async () => {
  const name = newLock();
  await expect(whileNodeLocked(silent, () => Promise.reject(new Error("no")), name)).rejects.toThrow("no");
  expect(await whileNodeLocked(silent, () => Promise.resolve("next"), name)).toBe("next");
});

it("is free when its holder is killed, and tells meanwhile who holds it", async () => {
  const name = newLock();
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", holdFor(name)]);
  await once(holder.stdout, "data");
  const told: string[] = [];
  const phase = {
    ...silent,
    waitingFor: (what: string) => {
      told.push(what);
      holder.kill("SIGKILL");
    },
  };
  expect(await whileNodeLocked(phase, () => Promise.resolve("mine"), name)).toBe("mine");
  expect(told.join()).toContain(`process ${holder.pid ?? 0} of `);
});

const holdFor = (name: string): string => `
  const { whileNodeLocked } = await import(${JSON.stringify(join(import.meta.dirname, "lock.ts"))});
  const forever = () => new Promise(() => { console.log("held"); setInterval(() => {}, 1000); });
  await whileNodeLocked({ waitingFor() {}, note() {} }, forever, ${JSON.stringify(name)});
`;
