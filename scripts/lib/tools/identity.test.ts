import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { folderName, releaseFor } from "./identity.ts";
import { parseLock } from "./lock.ts";
import type { Toolbox } from "./toolbox.ts";

let modules: string;
beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), "kit-modules-"));
  for (const name of ["etcd", "helm"]) {
    mkdirSync(join(modules, name));
    writeFileSync(join(modules, name, "go.mod"), `module ${name}\n`);
  }
});
afterEach(() => rmSync(modules, { recursive: true }));

const plain = `
etcd: { version: 3.6.15, build: { go: { module: etcd, packages: [.] } } }
helm: { version: 3.22.0, build: { go: { module: helm, packages: [.] } } }`;

async function names(text: string): Promise<string[]> {
  const toolbox: Toolbox = { lock: parseLock(text), modules } as Toolbox;
  return Promise.all(Object.entries(toolbox.lock).map(([name, entry]) => folderName(name, entry, toolbox)));
}

it("names tool and version, and is the same every time", async () => {
  const [etcd, helm] = await names(plain);
  expect(etcd).toMatch(/^etcd-3\.6\.15-[0-9a-f]{12}$/);
  expect(await names(plain)).toEqual([etcd, helm]);
});

it("changes with the module of that tool alone", async () => {
  const [etcd, helm] = await names(plain);
  appendFileSync(join(modules, "etcd", "go.mod"), "go 1.26\n");
  const [changed, same] = await names(plain);
  expect(changed).not.toBe(etcd);
  expect(same).toBe(helm);
});

it.each([
  ["flags", plain.replace("packages: [.] } } }", "packages: [.], ldflags: -X a=b } } }"), true],
  ["links", plain.replace("3.6.15,", "3.6.15, links: [etcdctl],"), true],
  [
    "what is accepted on PATH",
    plain.replace("3.6.15,", "3.6.15, onPath: { arguments: [version], from: 3.6.0 },"),
    false,
  ],
])("%s: changes it: %s", async (_, text, changes) => {
  const [before] = await names(plain);
  const [after] = await names(text);
  expect(after !== before).toBe(changes);
});

it.each([
  ["Debian 13", "ID=debian\nVERSION_CODENAME=trixie\n", "trixie"],
  ["Ubuntu", "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", "bookworm"],
  ["what does not say", "", "bookworm"],
])("on %s packages are of the release whose C library is not newer", (_, osRelease, release) => {
  expect(releaseFor(osRelease)).toBe(release);
});
