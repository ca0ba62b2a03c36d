import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it, vi } from "vitest";
import { root } from "./lib/paths.ts";

async function kit(...args: string[]) {
  const child = spawn(process.execPath, [join(root, "scripts/kit.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, "exit");
  return { code: child.exitCode, stdout, stderr };
}

it("lists its commands on standard output", async () => {
  const { code, stdout, stderr } = await kit("--help");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}tools +list the tools/m);
  expect(stderr).toBe("");
});

it.each([
  [["nonsense"], "there is no command nonsense", "./kit --help"],
  [["constructor"], "there is no command constructor", "./kit --help"],
  [["backup"], "it needs one of: create, list", "./kit backup --help"],
  [
    ["restore", "--into", "check", "--remove", "--dry-run", "--yes"],
    "option '--remove' cannot be used with option '--dry-run'",
    "./kit restore --help",
  ],
  [["tools", "--nonsense"], "unknown option '--nonsense'", "./kit tools --help"],
  [["init", "--target", "kubernetes"], "required option '--stack <name>' not specified", "./kit init --help"],
  [["tools", "--output", "xml"], "Allowed choices are text, json", "./kit tools --help"],
])("%j is wrong use: exit 2, and what to type instead", async (args, what, next) => {
  const { code, stdout, stderr } = await kit(...args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(what);
  expect(stderr).toMatch(/^error 2 \(usage\): .*\n {2}why: .*\n {2}next: .*\n$/);
  expect(stderr).toContain(`next: ${next}\n`);
});

it("takes an empty KIT_STACK for none", async () => {
  vi.stubEnv("KIT_STACK", "");
  const { stderr } = await kit("init", "--target", "kubernetes");
  vi.unstubAllEnvs();
  expect(stderr).toContain("required option '--stack <name>' not specified");
});

it("helps with one command", async () => {
  const { code, stdout } = await kit("tools", "--help");
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: ./kit tools");
});

it("ends quietly when nobody reads on", async () => {
  const child = spawn(process.execPath, [join(root, "scripts/kit.ts"), "--help"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  expect(await text(child.stderr)).toBe("");
});
