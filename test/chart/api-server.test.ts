// The charts at a real API server: its own schemas, its Pod Security admission, Helm's install and uninstall.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { $ } from "zx";
import { tool } from "../../scripts/lib/tools/index.ts";
import { kubectl, kubectlReading } from "../engine/kubectl.ts";
import {
  chartFolder,
  charts,
  exampleFile,
  examples,
  helm,
  render,
  renderText,
  type Chart,
} from "./support/charts.ts";
import { podTemplateOf, type KubernetesObject } from "./support/objects.ts";
import { objectsOfProgram } from "./support/program.ts";
import { schemaLocation, writeSchemas, type OpenApi } from "./support/schemas.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "schemas-"));
  const description = await kubectl("get", "--raw", "/openapi/v2");
  await writeSchemas(JSON.parse(description) as OpenApi, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("kubeconform, strict, with the schemas of the API server,", () => {
  test.each(examples)("finds nothing wrong in %s with the values %s", async (chart, example) => {
    const { resources, summary } = await conform(await renderText(chart, example));
    expect(resources).toEqual([]);
    expect(summary).toMatchObject({ invalid: 0, errors: 0, skipped: 0 });
    expect(summary.valid).toBeGreaterThan(5);
  });

  test.each([
    ["a key that does not exist", { replica: 1 }],
    ["a value of another type", { replicas: "two" }],
  ])("would find %s", async (_, wrong) => {
    const [deployment] = (await render("dexie-cloud-server", "minimal")).filter(
      ({ kind }) => kind === "Deployment",
    );
    const { summary } = await conform(
      JSON.stringify({ ...deployment, spec: { ...deployment?.spec, ...wrong } }),
    );
    expect(summary).toMatchObject({ valid: 0, invalid: 1 });
  });
});

interface Conformity {
  readonly resources: readonly object[];
  readonly summary: Readonly<Record<"valid" | "invalid" | "errors" | "skipped", number>>;
}

async function conform(input: string): Promise<Conformity> {
  const flags = ["-strict", "-summary", "-output", "json", "-schema-location", schemaLocation(folder), "-"];
  const run = $({ quiet: true, nothrow: true, input });
  const { stdout, stderr } = await run`${await tool("kubeconform")} ${flags}`;
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Conformity;
}

describe("a namespace with the restricted profile", () => {
  const namespace = "restricted";
  beforeAll(async () => {
    await kubectl("create", "namespace", namespace);
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
  });

  test.each(examples)("takes all pods of %s with the values %s", async (chart, example) => {
    await admit(await render(chart, example));
  });

  test("takes all pods of the whole stack, the edge's too", async () => {
    await admit(await objectsOfProgram("production", { exposure: { kind: "edge" } }));
  });

  test.each([
    ["runs as root", { securityContext: { runAsUser: 0 } }],
    ["sees the host's network", { hostNetwork: true }],
  ])("refuses a pod that %s", async (_, wrong) => {
    const [first] = podsOf(await render("postgres", "minimal"));
    const pod = { ...first, spec: { ...(first?.["spec"] as object), ...wrong } };
    await expect(dryRun([pod])).rejects.toThrow(/violates PodSecurity "restricted:latest"/);
  });

  async function admit(objects: readonly KubernetesObject[]): Promise<void> {
    const pods = podsOf(objects);
    const admitted = (await dryRun(pods)).split("\n");
    expect(admitted).toHaveLength(pods.length);
    expect(admitted.every((line) => line.endsWith("created (server dry run)"))).toBe(true);
  }

  /** Each pod that the objects would make. Its service account is not there, and the profile does not ask for it. */
  const podsOf = (objects: readonly KubernetesObject[]): Record<string, unknown>[] =>
    objects.flatMap((object, index) => {
      const template = podTemplateOf(object);
      if (template === undefined) return [];
      const spec = { ...template.spec, serviceAccountName: "default" };
      const metadata = { ...template.metadata, name: `pod-${index}`, namespace };
      return [{ apiVersion: "v1", kind: "Pod", metadata, spec }];
    });

  const dryRun = (items: readonly object[]): Promise<string> =>
    kubectlReading(
      JSON.stringify({ apiVersion: "v1", kind: "List", items }),
      "create",
      "--dry-run=server",
      "-f",
      "-",
    );
});

test.each(charts)("the objects that %s needs are the ones that its README shows", async (chart) => {
  const file = join(chartFolder(chart), "ci", "objects.yaml");
  const created = await kubectl("create", "--dry-run=server", "--output", "name", "--filename", file);
  const names = created.split("\n").map((name) => name.split("/")[1]);
  const values = parse(await readFile(join(chartFolder(chart), "values.yaml"), "utf8")) as Values;
  const wanted = Object.values(values.secrets).filter((name) => typeof name === "string");
  expect(names.sort()).toEqual(wanted.sort());
});

interface Values {
  readonly secrets: Readonly<Record<string, string | readonly string[]>>;
}

describe("helm alone", () => {
  const kept: Record<Chart, string[]> = {
    "dexie-cloud-server": [],
    postgres: ["persistentvolumeclaim/data-postgres-0", "persistentvolumeclaim/repository"],
  };
  const notes: Record<Chart, string> = {
    "dexie-cloud-server": "Secrets  server-config, database-ca",
    postgres: "delete persistentvolumeclaim data-postgres-0 repository",
  };

  test.each(charts)("installs and uninstalls %s, and keeps what holds data", async (chart) => {
    const namespace = `alone-${chart}`;
    const release = [chart, "--namespace", namespace, "--kubeconfig", inject("kubeconfig")];
    const values = ["--values", exampleFile(chart, "minimal")];
    const told = await helm("install", ...release, "--create-namespace", chartFolder(chart), ...values);
    expect(told).toContain("STATUS: deployed");
    expect(told).toContain(notes[chart]);
    const upgraded = await helm("upgrade", ...release, chartFolder(chart), ...values);
    expect(upgraded).toContain("REVISION: 2");

    await helm("uninstall", ...release, "--wait");
    const kinds = "deployments,statefulsets,jobs,cronjobs,services,networkpolicies,persistentvolumeclaims";
    const left = await kubectl("get", kinds, "--namespace", namespace, "--output", "name");
    expect(left.split("\n").filter(Boolean)).toEqual(kept[chart]);
  });
});
