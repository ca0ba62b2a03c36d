import { inject } from "vitest";
import { $ } from "zx";
import { tool } from "../../scripts/lib/tools/index.ts";

/** Runs kubectl on the tests' API server. */
export const kubectl = (...args: string[]): Promise<string> => kubectlReading("", ...args);

/** Runs kubectl with something on its standard input. */
export async function kubectlReading(input: string, ...args: string[]): Promise<string> {
  const hyperkube = await tool("kubernetes");
  const run = $({ quiet: true, nothrow: true, input });
  const command = ["kubectl", "--kubeconfig", inject("kubeconfig"), ...args];
  const { exitCode, stdout, stderr } = await run`${hyperkube} ${command}`;
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}
