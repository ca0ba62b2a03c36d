// What the Pulumi program asks for, without an engine: its own objects, and those that the charts make of the
// values it gives them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { productSettings } from "../../engine/product-settings.ts";
import { render, type Chart } from "./charts.ts";
import type { KubernetesObject } from "./objects.ts";

const project = "dexie-cloud-kit";
const chartType = "kubernetes:helm.sh/v4:Chart";

interface Registered {
  readonly type: string;
  readonly inputs: Record<string, unknown>;
}

/** Settings that are put in the place of the usual ones; those of the target beside them. */
export interface Changes {
  readonly exposure?: object;
  readonly target?: object;
  readonly oneTimePasswords?: object;
}

/** All objects of a stack with these changes to its settings. */
export async function objectsOfProgram(stack: string, changes: Changes): Promise<KubernetesObject[]> {
  const registered = await runProgram(stack, changes);
  const own = registered.filter(({ inputs }) => "apiVersion" in inputs && "kind" in inputs);
  const charts = registered.filter(({ type }) => type === chartType);
  const rendered = await Promise.all(charts.map(({ inputs }) => renderChart(inputs)));
  return [...own.map(({ inputs }) => inputs as unknown as KubernetesObject), ...rendered.flat()];
}

function renderChart(inputs: Record<string, unknown>): Promise<KubernetesObject[]> {
  const { chart, name, namespace, values } = inputs as Record<string, string> & { values: object };
  const folder = chart?.split("/").at(-1) as Chart;
  return render(folder, undefined, {
    ...(name === undefined ? {} : { release: name }),
    ...(namespace === undefined ? {} : { namespace }),
    values,
  });
}

async function runProgram(stack: string, changes: Changes): Promise<Registered[]> {
  const folder = await mkdtemp(join(tmpdir(), "program-"));
  const registered: Registered[] = [];
  let failure: unknown;
  try {
    await configure(stack, folder, changes);
    await pulumi.runtime.setMocks(recorder(registered), project, stack);
    await pulumi.runtime.runInPulumiStack(async () => {
      vi.resetModules();
      // Else the engine's side of the program would swallow it.
      await import("../../../infra/index.ts").catch((error: unknown) => (failure = error));
      return {};
    });
    await pulumi.runtime.disconnect();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (failure !== undefined) throw failure as Error;
  return registered;
}

async function configure(stack: string, folder: string, changes: Changes): Promise<void> {
  const target = { kind: "kubernetes", kubeconfig: join(folder, "kubeconfig"), context: "cluster" } as const;
  const { plain, secret } = await productSettings(stack, folder, target);
  const all = Object.entries({
    ...plain,
    ...secret,
    oneTimePasswords: {},
    ...changes,
    target: { ...plain["target"], ...changes.target },
  });
  const texts = all.map(([key, value]) => [
    `${project}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
  vi.stubEnv(
    "PULUMI_CONFIG_SECRET_KEYS",
    JSON.stringify(Object.keys(secret).map((key) => `${project}:${key}`)),
  );
}

const recorder = (registered: Registered[]): pulumi.runtime.Mocks => ({
  newResource: ({ type, name, inputs }) => {
    const given = inputs as Record<string, unknown>;
    registered.push({ type, inputs: given });
    return { id: name, state: given };
  },
  call: ({ token }) => {
    throw new Error(`the program called ${token}`);
  },
});
