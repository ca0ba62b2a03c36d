import { tool, type ToolName } from "../tools/index.ts";

const toolsOf: Readonly<Record<string, readonly ToolName[]>> = {
  unit: ["age"],
  chart: ["helm", "kubeconform", "etcd", "kubernetes"],
  engine: ["pulumi", "helm", "age", "etcd", "kubernetes"],
  e2e: ["chromium"],
};

/** Gets the tools of the suites before their tests start, so that no test waits for a build. */
export async function prepare(suites: readonly string[]): Promise<void> {
  const names = new Set(suites.flatMap((suite) => toolsOf[suite] ?? []));
  for (const name of names) await tool(name);
}
