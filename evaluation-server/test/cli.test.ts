import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installation, install, owner } from "./installation.ts";
import { type Dialogue, runCli } from "./stock-cli.ts";

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await install();
  folder = await mkdtemp(join(tmpdir(), "dexie-cloud-cli-"));
  // The command line client writes its files beside the nearest package.json.
  await writeFile(join(folder, "package.json"), "{}");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const cli = (args: readonly string[], dialogue: Dialogue = {}) => runCli(args, { folder, dialogue });

const login: Dialogue = {
  "Enter your email address": () => owner,
  "Enter OTP": async () => (await installation.mailbox.take()).otp,
};

const readJson = async (name: string) =>
  JSON.parse(await readFile(join(folder, name), "utf8")) as Record<string, string>;

test("creates a database and keeps its credentials", async () => {
  const { code, said } = await cli(["create", "--service", installation.replica.origin], login);
  expect(said).toContain("Successfully created new database!");
  expect(code).toBe(0);
  const { dbUrl = "" } = await readJson("dexie-cloud.json");
  expect(dbUrl).toMatch(/^http:\/\/localhost:\d+\/z[a-z0-9]{9}$/);
  expect(await readJson("dexie-cloud.key")).toHaveProperty([dbUrl, "clientSecret"]);
  expect((await stat(join(folder, "dexie-cloud.key"))).mode & 0o777).toBe(0o600);
});

test("whitelists an origin, lists it and takes it off again", async () => {
  const origin = "https://app.example.com";
  const { dbUrl = "" } = await readJson("dexie-cloud.json");
  const isAllowed = async () => {
    const response = await fetch(`${dbUrl}/sync`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    return response.headers.get("access-control-allow-origin") === origin;
  };
  expect((await cli(["whitelist", origin])).said).toContain("Added 1 origins");
  expect(await isAllowed()).toBe(true);
  expect((await cli(["whitelist", origin])).said).toContain("Added 0 origins");
  expect((await cli(["whitelist"])).said).toContain(origin);
  expect((await cli(["whitelist", origin, "-D"])).said).toContain("Removed 1 origins");
  expect(await isAllowed()).toBe(false);
});

test("lists its clients, and hears plainly what this server does not have", async () => {
  expect((await cli(["clients"])).said).toContain(owner);
  const { said, code } = await cli(["authorize", "friend@example.com"]);
  expect(said).toContain("501");
  expect(said).toContain("not implemented");
  expect(code).not.toBe(0);
});

test("connects another machine of the owner, and nobody else", async () => {
  await rm(join(folder, "dexie-cloud.key"));
  const url = `${installation.replica.origin}/zdemo`;
  const stranger = { ...login, "Enter your email address": () => "stranger@example.com" };
  expect((await cli(["connect", url], stranger)).said).toContain("403");
  expect((await cli(["connect", url], login)).code).toBe(0);
  expect((await cli(["whitelist", "https://other.example.com"])).said).toContain("Added 1 origins");
});

test("cannot create a database for a stranger", async () => {
  const stranger = { ...login, "Enter your email address": () => "stranger@example.com" };
  const { said } = await cli(["create", "--service", installation.replica.origin], stranger);
  expect(said).toContain("403");
  expect(said).not.toContain("Successfully");
});
