import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { acquire, whileLocked } from "./lock.ts";

let scratch: string;
beforeEach(async () => (scratch = await mkdtemp(join(tmpdir(), "kit-lock-"))));
afterEach(() => rm(scratch, { recursive: true }));

it("lets one work at a time", async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((done) => setImmediate(done));
    inside -= 1;
  };
  await symlink(scratch, join(scratch, "same"));
  await Promise.all([scratch, scratch, join(scratch, "same")].map((folder) => whileLocked(folder, work)));
  expect(most).toBe(1);
});

it("is free again after a failure", async () => {
  await expect(whileLocked(scratch, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await whileLocked(scratch, () => Promise.resolve("next"))).toBe("next");
});

it("is free when its holder is killed, and tells meanwhile who holds it", async () => {
  const holder = await startHolder();
  const told: string[] = [];
  const release = await acquire(holder.name, (who) => {
    told.push(who);
    holder.process.kill("SIGKILL");
  });
  release();
  expect(told.join()).toContain(`process ${holder.process.pid ?? 0} of `);
});

async function startHolder() {
  const name = `\0kit-test${scratch}`;
  const script = `
    const { acquire } = await import(${JSON.stringify(join(import.meta.dirname, "lock.ts"))});
    await acquire(${JSON.stringify(name)}, () => undefined);
    console.log("held");
  `;
  const process_ = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  await once(process_.stdout, "data");
  return { name, process: process_ };
}
