import type { ToolName } from "../tools/index.ts";
import { provideAll } from "../tools/provide-all.ts";
import { openToolbox } from "../tools/toolbox.ts";

const toolsOf: Readonly<Record<string, readonly ToolName[]>> = {
  unit: ["age"],
  chart: ["helm", "kubeconform", "etcd", "kubernetes"],
  engine: ["pulumi", "helm", "age", "etcd", "kubernetes", "gofakes3"],
  e2e: ["chromium"],
};

/** Gets the tools of the suites before their tests start, so that no test waits for a build. */
export async function prepare(suites: readonly string[]): Promise<void> {
  const names = new Set(suites.flatMap((suite) => toolsOf[suite] ?? []));
  await provideAll([...names], await openToolbox());
}
