import { describe, expect, test } from "vitest";
import { charts, examples, render, renderText } from "./support/charts.ts";
import { namesOf } from "./support/objects.ts";

const digest = `@sha256:${"0".repeat(64)}`;

describe("what is made", () => {
  test("of the server", async () => {
    expect(namesOf(await render("dexie-cloud-server", "minimal"))).toMatchInlineSnapshot(`
      [
        "ConfigMap/app-settings",
        "Deployment/app",
        "Job/app-init-2e96737c11",
        "NetworkPolicy/app",
        "NetworkPolicy/app-init",
        "PodDisruptionBudget/app",
        "Service/app",
        "ServiceAccount/app",
      ]
    `);
  });
  test("of PostgreSQL", async () => {
    expect(namesOf(await render("postgres", "minimal"))).toMatchInlineSnapshot(`
      [
        "ConfigMap/app-settings",
        "CronJob/backup-full",
        "CronJob/backup-incremental",
        "CronJob/inspect",
        "CronJob/restore",
        "NetworkPolicy/app",
        "NetworkPolicy/app-backup",
        "NetworkPolicy/app-isolated",
        "PersistentVolumeClaim/data-app-0",
        "PersistentVolumeClaim/repository",
        "Service/app",
        "StatefulSet/app",
      ]
    `);
  });
  test("of PostgreSQL with a volume that exists already", async () => {
    const made = namesOf(await render("postgres", "everything"));
    expect(made.filter((name) => name.startsWith("PersistentVolumeClaim"))).toEqual([
      "PersistentVolumeClaim/repository",
    ]);
  });
});

test.each(examples)("%s with the values %s names the namespace of every object", async (chart, example) => {
  const objects = await render(chart, example, { namespace: "elsewhere" });
  expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["elsewhere"]));
});

test("0 is a value", async () => {
  const text = await renderText("dexie-cloud-server", "everything");
  expect(text).toContain("replicas: 0");
  expect(text).toContain('NUMBER: "0"');
  expect(text).not.toContain("preStop");
});

test("a server stays in service for as long as its requests wait for a database that restarts", async () => {
  const text = await renderText("dexie-cloud-server", "minimal");
  const [, period, failures] =
    /path: \/ready.*\n +periodSeconds: (\d+)[\s\S]*?failureThreshold: (\d+)/.exec(text) ?? [];
  expect(Number(period) * (Number(failures) - 1)).toBeGreaterThanOrEqual(12);
});

test("a backup of broken pages is not tried again", async () => {
  const text = await renderText("postgres", "minimal");
  const rule =
    "action: FailJob\n            onExitCodes: { containerName: backup, operator: In, values: [26] }";
  expect(text.split(rule)).toHaveLength(3);
});

test.each(charts)("a large whole number of %s is written as one", async (chart) => {
  const settings = { DXC_URL: "https://a.example", LARGE: 1_000_000, FRACTION: 0.25 };
  const text = await renderText(chart, "minimal", { values: { settings } });
  expect(text).toMatch(/LARGE( =|:) ['"]1000000['"]/);
  expect(text).toMatch(/FRACTION( =|:) ['"]0\.25['"]/);
});

test("a setting of PostgreSQL keeps its quotes", async () => {
  expect(await renderText("postgres", "everything")).toContain("application_name = 'it''s quoted'");
});

describe("a changed setting", () => {
  test.each(charts)("of %s restarts its pods, and only that", async (chart) => {
    const before = await renderText(chart, "everything");
    const after = await renderText(chart, "everything", { values: { settings: { LOG_LEVEL: "trace" } } });
    const checksum = (text: string) => /checksum\/settings: (\w+)/.exec(text)?.[1];
    expect(checksum(after)).not.toBe(checksum(before));
    expect(checksum(await renderText(chart, "everything"))).toBe(checksum(before));
  });

  test("of the server makes another set-up job, since a job cannot change", async () => {
    const jobs = async (values: object) =>
      namesOf(await render("dexie-cloud-server", "minimal", { values })).filter((name) => /^Job/.test(name));
    expect(await jobs({ settings: { LOG_LEVEL: "trace" } })).not.toEqual(await jobs({}));
    expect(await jobs({ imagePullPolicy: "Always" })).not.toEqual(await jobs({}));
    expect(await jobs({ replicas: 5 })).toEqual(await jobs({}));
  });
});

describe("values that are refused", () => {
  test.each([
    [
      "dexie-cloud-server",
      { settings: { DXC_URL: "https://a.example" } },
      "image is required: a reference with digest",
    ],
    ["postgres", {}, "image is required: a reference with digest"],
    ["dexie-cloud-server", { image: `a${digest}` }, "settings.DXC_URL is required: the public address"],
    ["dexie-cloud-server", { image: "server:latest" }, "'/image'"],
    ["postgres", { image: `a${digest.slice(0, -1)}` }, "'/image'"],
    ["dexie-cloud-server", { replica: 2 }, "'replica' not allowed"],
    ["dexie-cloud-server", { replicas: -1 }, "'/replicas'"],
    ["dexie-cloud-server", { replicas: "two" }, "'/replicas'"],
    ["dexie-cloud-server", { service: { type: "NodePort" } }, "'type' not allowed"],
    ["dexie-cloud-server", { network: { clients: [] } }, "'/network/clients'"],
    ["dexie-cloud-server", { imagePullPolicy: "Sometimes" }, "'/imagePullPolicy'"],
    ["postgres", { backup: {} }, "'backup' not allowed"],
    ["postgres", { backups: { schedule: { full: "@daily" } } }, "'/backups/schedule/full'"],
    ["postgres", { backups: { retention: { full: 0 } } }, "'/backups/retention/full'"],
    ["postgres", { data: { size: 10 } }, "'/data/size'"],
    ["postgres", { clients: [] }, "'/clients'"],
    ["postgres", { settings: { shared_buffers: {} } }, "'/settings/shared_buffers'"],
    ["postgres", { secrets: { kek: "" } }, "'/secrets/kek'"],
  ] as const)("%s %j: %s", async (chart, values, told) => {
    await expect(renderText(chart, undefined, { values })).rejects.toThrow(told);
  });
});
