// Under load: what was acknowledged is there, and changes of settings, certificates and images fail no request.
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { listBackups } from "./support/backups.ts";
import { explainFailuresIn } from "./support/explain.ts";
import { trust } from "./support/https.ts";
import { kit, kubectl } from "./support/kit.ts";
import { heldOf, startLoad, type LoadReport } from "./support/load.ts";
import { imagesOfOtherVersion } from "./support/other-version.ts";
import { databaseNamespace, serverNamespace, stack } from "./support/place.ts";
import { changeSettings, settled, useStack } from "./support/stack.ts";
import { openWorkspace, readConfig, setConfig, up } from "../../scripts/lib/pulumi/index.ts";
import { makeCertificates, type Certificates } from "../../scripts/lib/stack/certificates.ts";
import { readSettings } from "../../scripts/lib/stack/file.ts";
import type { StackImages } from "../../scripts/lib/stack/local.ts";
import type { initialCredentials } from "../../scripts/lib/stack/settings.ts";

explainFailuresIn(serverNamespace, databaseNamespace);
beforeAll(useStack);

const user = "bob@demo.local";

type Credentials = ReturnType<typeof initialCredentials>;

/** Every acknowledged write is there, once. */
async function expectHeld({ load, acknowledged, seconds }: LoadReport): Promise<void> {
  const { keys, count } = await heldOf(load, user);
  const lost = acknowledged.filter((key) => !keys.has(key));
  expect(lost).toEqual([]);
  expect(count).toBe(acknowledged.length);
  console.info(`${acknowledged.length} writes in ${seconds.toFixed(1)} s`);
}

/** Not one request failed either. */
async function expectUnharmed(report: LoadReport): Promise<void> {
  expect(report.failures).toEqual([]);
  await expectHeld(report);
}

it("a killed database loses no acknowledged write and applies none twice", async () => {
  const load = await startLoad(user, 10);
  await load.acknowledge(500);
  process.kill(await postmaster(), "SIGKILL");
  await load.acknowledge(200);
  await expectHeld(await load.stop());
  await settled(databaseNamespace, "statefulset/postgres");
});

/** The first process of the database's container, as this machine counts. Its pod cannot kill it. */
async function postmaster(): Promise<number> {
  const uid = await kubectl(
    ...["get", "pod", "postgres-0", "--namespace", databaseNamespace],
    ...["--output", "jsonpath={.metadata.uid}"],
  );
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const about = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
    const isOurs = (await about("cgroup")).replaceAll("_", "-").includes(uid);
    if (
      isOurs &&
      (await about("cmdline")).startsWith("postgres\0-D\0") &&
      /^NSpid:.*\t1$/m.test(await about("status"))
    )
      return Number(pid);
  }
  throw new Error(`No process of pod ${uid} is PostgreSQL`);
}

it("no request fails in an upgrade of all images, settings and the edge's certificate, nor on the way back", async () => {
  const workspace = await openWorkspace(stack);
  const certificates = await readConfig<Certificates>(workspace, "certificates");
  const { images, server } = await readSettings(stack);
  const other = await imagesOfOtherVersion();
  const made = await makeCertificates(stack, databaseNamespace, "localhost");
  trust(made.ca);
  const load = await startLoad(user, 3);
  try {
    await changeSettings({ images: other, server: { ...server, logLevel: "debug" } });
    await setConfig(workspace, { certificates: { ...certificates, edge: made.edge } }, { secret: true });
    await up(workspace);
    expect(await runningImages()).toEqual(other);
    await load.acknowledge(100);
  } finally {
    await changeSettings({ server });
    await setConfig(workspace, { certificates }, { secret: true });
    // It takes the images of this checkout, which are the former ones.
    expect(await kit("up", "--stack", stack, "--yes")).toContain("is up");
  }
  expect(await runningImages()).toEqual(images);
  await load.acknowledge(100);
  await expectUnharmed(await load.stop());
  trust();
});

/** The images of the pods, by the keys of the setting. */
async function runningImages(): Promise<StackImages> {
  const imageOf = async (namespace: string, workload: string) => {
    await settled(namespace, workload);
    const image = "jsonpath={.spec.template.spec.containers[0].image}";
    return kubectl("get", workload, "--namespace", namespace, "--output", image);
  };
  return {
    server: await imageOf(serverNamespace, "deployment/server"),
    postgres: await imageOf(databaseNamespace, "statefulset/postgres"),
    edge: await imageOf(serverNamespace, "deployment/edge"),
  };
}

it("no request fails while the database gets another password", async () => {
  const workspace = await openWorkspace(stack);
  const credentials = await readConfig<Credentials>(workspace, "credentials");
  const load = await startLoad(user, 3);
  const changed = { ...credentials, ownerPassword: randomUUID() };
  await setConfig(workspace, { credentials: changed }, { secret: true });
  expect(await kit("up", "--stack", stack, "--yes")).toContain("is up");
  await load.acknowledge(100);
  await expectUnharmed(await load.stop());
});

it("WAL moves the restorable window past the last backup, which nobody asks for", async () => {
  const lastBackup = (await listBackups()).backups.at(-1)?.stop ?? "";
  // With each row of the sentinel, once the WAL of the next row is archived: after three minutes at the latest.
  const to = async () => Date.parse((await listBackups()).restorable.to);
  await expect.poll(to, { interval: 5_000, timeout: 270_000 }).toBeGreaterThan(Date.parse(lastBackup));
});
