// Backups that are proven by restoring them, and what goes wrong with them.
import { readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { $ } from "zx";
import type { Row } from "../../clients/protocol.ts";
import { dropObjects, presentMoment } from "../../scripts/lib/demo/database.ts";
import { ensureIdentity } from "../../scripts/lib/stack/identities.ts";
import { listBackups } from "./support/backups.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { ask } from "./support/https.ts";
import { kit, kubectl, tryKit } from "./support/kit.ts";
import { cluster, databaseNamespace, repository, scratch, serverNamespace, stack } from "./support/place.ts";
import { closeDevices, device, useStack } from "./support/stack.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
closeDevices();
beforeAll(useStack);

const user = "alice@demo.local";
const here = ["--namespace", databaseNamespace];
const ofStack = ["--stack", stack];

const has = (title: string) => (rows: readonly Row[]) => rows.some((row) => row["title"] === title);

/** What must stay the same when a command changes nothing. */
const untouched = () =>
  kubectl(
    ...[
      "get",
      "pod/postgres-0",
      "statefulset/postgres",
      "persistentvolumeclaim/data-postgres-0",
      ...here,
      "--output",
    ],
    'jsonpath={range .items[*]}{.kind}={.metadata.uid}/{.metadata.generation}{"\\n"}{end}',
  );

describe("a backup", () => {
  it("is made when somebody asks, and listed", async () => {
    const before = await listBackups();
    const made = await kit("backup", "create", ...ofStack);
    const after = await listBackups();
    expect(after.schema).toBe("kit/backup-list/v1");
    expect(after.backups.length).toBeGreaterThan(before.backups.length);
    expect(after.backups.map(({ label }) => label)).toContain(made.split(":")[0]);
    expect(after.backups.every(({ complete }) => complete)).toBe(true);
  });

  it("holds nothing that can be read without the key", async () => {
    const one = await device(user);
    await one.add("items", { title: "needle-in-the-repository", done: false, created: new Date() });
    await one.waitForPush();
    await kit("backup", "create", ...ofStack);
    const found = await $({
      quiet: true,
      nothrow: true,
    })`grep -rlaE ${"needle-in-the-repository|dexie_cloud"} ${repository.path}`;
    expect(found.stdout).toBe("");
  });
});

describe("a restore", () => {
  it("brings back what was lost, to the moment before, and devices follow", async () => {
    const one = await device(user);
    await one.add("items", { title: "before the loss", done: false, created: new Date() });
    await one.waitForPush();
    const moment = await presentMoment(cluster);
    await one.add("items", { title: "after the moment", done: false, created: new Date() });
    await one.waitForPush();
    await dropObjects(cluster);

    const said = await kit("restore", ...ofStack, "--at", moment, "--yes");
    expect(said).toContain("recovery point:");
    const back = (rows: readonly Row[]) => has("before the loss")(rows) && !has("after the moment")(rows);
    await (await device(user)).waitForRows("items", back, "what was there before, on a new device");
    await one.waitForRows("items", back, "what was there before, on the device that has seen more");
  });

  it("beside the running database changes nothing of it, nor does the plan of one in its place", async () => {
    const before = await untouched();
    expect(await kit("restore", ...ofStack, "--dry-run")).toMatch(/^restore to: +the newest moment$/m);
    expect(await kit("restore", ...ofStack, "--into", "check")).toContain("recovery point:");
    try {
      const query = "SELECT count(*) FROM dexie_cloud.objects";
      const counted = await kubectl(
        ...["exec", "postgres-check-0", ...here, "--container", "postgres", "--"],
        ...["psql", "-h", "/run/postgresql", "-U", "postgres", "-tc", query, "dexie_cloud"],
      );
      expect(Number(counted)).toBeGreaterThan(0);
    } finally {
      await kit("restore", ...ofStack, "--into", "check", "--remove", "--yes");
    }
    expect(await kubectl("get", "statefulsets,persistentvolumeclaims", ...here)).not.toContain("check");
    expect(await untouched()).toBe(before);
  });

  it("that fails after the stop puts the database and the server back into service as they were", async () => {
    const one = await device(user);
    await one.add("items", { title: "before the failure", done: false, created: new Date() });
    await one.waitForPush();
    const moment = await presentMoment(cluster);
    const said = await kubectl(
      ...["exec", "postgres-0", ...here, "--container", "postgres", "--", "/opt/kit/bin/archive-now"],
    );
    const { segment } = JSON.parse(said.replace("RESULT ", "")) as { segment: string };
    const archive = join(repository.path, "gen-1/archive/main");
    const file = (await $({ quiet: true })`find ${archive} -name ${`${segment}-*`}`).stdout.trim();
    const sound = await readFile(file);
    await writeFile(file, "damaged");
    try {
      const failed = await tryKit("restore", ...ofStack, "--at", moment, "--yes");
      expect(failed.exitCode, failed.stderr).toBe(1);
      expect(failed.stderr).toContain("PostgreSQL did not reach");
    } finally {
      await writeFile(file, sound);
    }
    expect((await ask("GET", "/ready")).status).toBe(200);
    await (await device(user)).waitForRows("items", has("before the failure"), "what was there before");
    expect(await kit("status", ...ofStack)).not.toContain("has not ended");
    expect(await kubectl("exec", "postgres-0", ...here, "--", "ls", "/var/lib/postgresql/data")).toBe(
      "pgdata\n",
    );
  });

  it.each([
    ["in the future", () => new Date(Date.now() + 3_600_000).toISOString()],
    ["before the first backup", () => "2020-01-01T00:00:00Z"],
  ])("to a moment %s is refused, and changes nothing", async (_what, moment) => {
    const before = await untouched();
    const refused = await tryKit("restore", ...ofStack, "--at", moment(), "--yes");
    expect(refused.exitCode, refused.stderr).toBe(2);
    expect(await untouched()).toBe(before);
  });

  it("with the wrong key is refused with 27, and changes nothing", async () => {
    const before = await untouched();
    const secret = await kubectl("get", "secret", "kek", ...here, "--output", "jsonpath={.data.identity}");
    const wrong = join(scratch, "wrong-kek.txt");
    await ensureIdentity(wrong);
    await kubectl("create", "secret", "generic", "other-kek", ...here, `--from-file=identity=${wrong}`);
    const other = await kubectl(
      "get",
      "secret",
      "other-kek",
      ...here,
      "--output",
      "jsonpath={.data.identity}",
    );
    const use = (identity: string) =>
      kubectl("patch", "secret", "kek", ...here, "--patch", JSON.stringify({ data: { identity } }));
    await use(other);
    try {
      const refused = await tryKit("restore", ...ofStack, "--yes");
      expect(refused.exitCode, refused.stderr).toBe(27);
      expect((await tryKit("keys", "status", ...ofStack)).exitCode).toBe(27);
    } finally {
      await use(secret);
      await kubectl("delete", "secret", "other-kek", ...here);
      await rm(wrong);
    }
    expect(await untouched()).toBe(before);
    expect(await kit("keys", "status", ...ofStack)).toContain("age1");
  });
});

describe("a full repository", () => {
  it("makes a backup fail loudly, while the service goes on, and heals when there is room", async () => {
    const filler = join(repository.path, "filler");
    const { bavail, bsize } = await statfs(repository.path);
    await $({ quiet: true })`fallocate --length ${bavail * bsize - 64 * 1024} ${filler}`;
    try {
      const failed = await tryKit("backup", "create", ...ofStack, "--type", "full");
      expect(failed.exitCode).not.toBe(0);
      expect(failed.stderr).toContain("the repository is full");
      expect((await ask("GET", "/ready")).status).toBe(200);
      const [one, two] = [await device(user), await device(user)];
      await one.add("items", { title: "written while it was full", done: false, created: new Date() });
      await two.waitForRows("items", has("written while it was full"), "the item of the first device");
    } finally {
      await rm(filler);
    }
    const made = await kit("backup", "create", ...ofStack, "--type", "full");
    // The schedule may make one meanwhile.
    const listed = (await listBackups()).backups.find(({ label }) => made.startsWith(`${label}: `));
    expect(listed, made).toMatchObject({ type: "full", complete: true });
  });
});
