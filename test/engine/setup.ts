import type { TestProject } from "vitest/node";
import { tool } from "../../scripts/lib/tools/index.ts";
import { startControlPlane } from "./control-plane.ts";

declare module "vitest" {
  interface ProvidedContext {
    kubeconfig: string;
  }
}

/** One API server for all engine tests; each test has its own stack and namespaces. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const tools = { etcd: await tool("etcd"), hyperkube: await tool("kubernetes") };
  const controlPlane = await startControlPlane(tools);
  project.provide("kubeconfig", controlPlane.kubeconfig);
  return () => controlPlane.stop();
}
