import { globSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { $ } from "zx";

// Builds an image of a checkout of its own, into caches of its own.

const quiet = { waitingFor: () => undefined, note: () => undefined };
const recipe = `
description: Holds the namespaces of a pod open
user: { name: pause, id: 65532 }
runtime: { tool: pause, to: /pause }
directories: [{ path: /tmp, mode: "1777" }]
files: files
build: { script: make.ts, sources: [source] }
run: { entrypoint: [/pause] }
`;
const make = `
import { copyFileSync } from "node:fs";
copyFileSync(new URL("../../source/page.html", import.meta.url), process.argv[2] + "/page.html");
console.log(JSON.stringify([{ name: "left-pad", version: "1.3.0" }]));
`;

let scratch: string;
const checkout = () => join(scratch, "checkout");

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "kit-images-"));
  await mkdir(join(checkout(), "images/pause/files/etc/pause"), { recursive: true });
  await mkdir(join(checkout(), "source"));
  await put("images/pause/image.yaml", recipe);
  await put("images/pause/make.ts", make);
  await put("images/pause/files/etc/pause/settings", "calm = yes\n");
  await put("images/pause/files/start", "#!/bin/sh\n");
  await chmod(join(checkout(), "images/pause/files/start"), 0o755);
  await put("source/page.html", "<p>first</p>");
  await writeFile(join(scratch, "pause"), goProgram());
});

afterEach(async () => {
  vi.resetModules();
  await rm(scratch, { recursive: true });
});

it("gives the same digest in another cache, whatever times and rights the files have, and for whatever umask", async () => {
  const [first] = await build("one");
  const umask = process.umask(0o077);
  onTestFinished(() => void process.umask(umask));
  await utimes(join(checkout(), "images/pause/files/start"), 1, 2);
  await chmod(join(checkout(), "images/pause/files/etc/pause/settings"), 0o600);
  await chmod(join(checkout(), "images/pause/files/etc"), 0o700);
  const [second] = await build("two");
  expect(second?.reference).toBe(first?.reference);
  expect(await readFile(second?.archive ?? "")).toEqual(await readFile(first?.archive ?? ""));
  expect(await readFile(second?.sbom ?? "")).toEqual(await readFile(first?.sbom ?? ""));
});

it.each(["images/pause/files/etc/pause/settings", "source/page.html"])(
  "makes only the last layer anew when %s changes",
  async (file) => {
    const before = await layersOf((await build("one"))[0]?.archive);
    await put(file, "something else");
    const after = await layersOf((await build("one"))[0]?.archive);
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)).not.toBe(before.at(-1));
  },
);

it("is on the disk before it has its place", async () => {
  const kept = () =>
    globSync("one/images/{layers,built}/**/*.*", { cwd: scratch, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
  const keptAtEachSync: number[] = [];
  await using handle = await open(import.meta.filename);
  const sync = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, "sync");
  sync.mockImplementation(() => Promise.resolve(void keptAtEachSync.push(kept().length)));
  onTestFinished(() => sync.mockRestore());
  await build("one");
  expect(keptAtEachSync).toHaveLength(kept().length);
  expect(keptAtEachSync.every((files, synced) => files <= synced)).toBe(true);
});

it("owns everything as root, with the rights of the recipe and of git", async () => {
  const [image] = await build("one");
  const last = (await layersOf(image?.archive)).at(-1) ?? "";
  const list = await $({
    quiet: true,
  })`tar -xOf ${image?.archive ?? ""} ./blobs/sha256/${last} | tar -tv --numeric-owner`;
  const entries = list.stdout
    .trim()
    .split("\n")
    .map((line) => /^(\S+) +(\S+) .* (\S+)$/.exec(line)?.slice(1).join(" "));
  expect(entries).toEqual([
    "drwxr-xr-x 0/0 ./",
    "drwxr-xr-x 0/0 ./etc/",
    "-rw-r--r-- 0/0 ./etc/group",
    "-rw-r--r-- 0/0 ./etc/passwd",
    "drwxr-xr-x 0/0 ./etc/pause/",
    "-rw-r--r-- 0/0 ./etc/pause/settings",
    "-rw-r--r-- 0/0 ./page.html",
    "-rwxr-xr-x 0/0 ./start",
    "drwxrwxrwt 0/0 ./tmp/",
  ]);
});

it("tells what of others is inside", async () => {
  const [image] = await build("one");
  const sbom = await readFile(image?.sbom ?? "", "utf8");
  expect([...sbom.matchAll(/"purl": "(.*)"/g)].map(([, purl]) => purl)).toEqual([
    `pkg:oci/pause@${encodeURIComponent(image?.digest ?? "")}`,
    "pkg:golang/stdlib@v1.25.0",
    "pkg:npm/left-pad@1.3.0",
  ]);
});

it("builds once when asked twice at the same time", async () => {
  const { buildImages } = await imagesWithCache("one");
  const made = join(scratch, "made");
  await put("images/pause/make.ts", `import { mkdirSync } from "node:fs";\nmkdirSync("${made}");\n${make}`);
  const [one, two] = await Promise.all([buildImages(["pause"], quiet), buildImages(["pause"], quiet)]);
  expect(two).toEqual(one);
});

it("leaves nothing half made, and clears what a killed run left", async () => {
  await put("images/pause/make.ts", "process.exit(3)");
  await expect(build("one")).rejects.toThrow("image pause could not be made");
  const images = join(scratch, "one/images");
  await writeFile(join(images, "unfinished/left"), "");
  expect(await readdir(join(images, "layers/pause"))).toEqual(["runtime"]);
  await put("images/pause/make.ts", make);
  await build("one");
  expect(await readdir(join(images, "unfinished"))).toEqual([]);
  expect(await readdir(join(images, "layers/pause"))).toEqual(["own", "runtime"]);
});

it("keeps the build before this one, and no older ones", async () => {
  for (const content of ["a", "b", "c"]) {
    await put("source/page.html", content);
    await build("one");
  }
  for (const place of ["layers/pause/own", "built/pause"])
    expect(await readdir(join(scratch, "one/images", place))).toHaveLength(2);
});

it("keeps what it has just made, although the clock was set back", async () => {
  for (const content of ["a", "b"]) {
    await put("source/page.html", content);
    await build("one");
  }
  const images = join(scratch, "one/images");
  for (const place of ["layers/pause/own", "built/pause"])
    for (const name of await readdir(join(images, place)))
      await utimes(join(images, place, name), new Date("2100-01-01"), new Date("2100-01-01"));
  await put("source/page.html", "c");
  const [image] = await build("one");
  expect(await layersOf(image?.archive)).toHaveLength(2);
});

it("says how it stands without building", async () => {
  const { imageStates } = await imagesWithCache("one");
  const pause = async () => (await imageStates(["pause"]))[0];
  expect(await pause()).toEqual({ name: "pause", state: "not built" });
  const [image] = await build("one");
  expect(await pause()).toMatchObject({ ...image, state: "built" });
});

async function put(path: string, content: string): Promise<void> {
  await writeFile(join(checkout(), path), content);
}

async function build(cache: string) {
  return (await imagesWithCache(cache)).buildImages(["pause"], quiet);
}

async function imagesWithCache(cache: string) {
  vi.resetModules();
  vi.doMock("../paths.ts", () => ({ root: checkout(), cacheDir: join(scratch, cache) }));
  const program = () => Promise.resolve(join(scratch, "pause"));
  vi.doMock("../tools/index.ts", () => ({ tool: program, presentTool: program }));
  return import("./index.ts");
}

/** Digests of an archive's layers, the first one first. */
async function layersOf(archive = ""): Promise<string[]> {
  const read = async (path: string) =>
    JSON.parse((await $({ quiet: true })`tar -xOf ${archive} ${path}`).stdout) as unknown;
  const hex = ({ digest }: { digest: string }) => digest.replace("sha256:", "");
  const { manifests } = (await read("./index.json")) as { manifests: { digest: string }[] };
  const [manifest] = manifests.map(hex);
  const { layers } = (await read(`./blobs/sha256/${manifest ?? ""}`)) as { layers: { digest: string }[] };
  return layers.map(hex);
}

/** What tells that a program was built by Go. */
function goProgram(): Buffer {
  const header = Buffer.alloc(32);
  header.write("\xff Go buildinf:", "latin1");
  return Buffer.concat([header, Buffer.from("\x08go1.25.0\x00")]);
}
