import { $ } from "zx";
import { expect } from "vitest";
import { contextName, kubeconfigPath } from "../../../scripts/lib/local/index.ts";
import { root } from "../../../scripts/lib/paths.ts";
import { tool } from "../../../scripts/lib/tools/index.ts";

const quiet = $({ quiet: true, nothrow: true, cwd: root });

/** Runs ./kit as a person would, and expects it to end well. Returns what it printed as its result. */
export async function kit(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryKit(...args);
  expect(exitCode, `./kit ${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** Like `kit`, for what may fail. */
export function tryKit(...args: string[]) {
  return quiet`${root}/kit ${args}`;
}

/** Runs kubectl on the local node and returns what it printed. */
export async function kubectl(...args: string[]): Promise<string> {
  return kubectlWith("", ...args);
}

/** Creates or changes objects of the local node. */
export async function apply(...objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await kubectlWith(list, "apply", "--filename", "-");
}

async function kubectlWith(input: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryKubectl(input, ...args);
  expect(exitCode, `kubectl ${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** Like `kubectl`, for what may fail. */
export async function tryKubectl(input: string, ...args: string[]) {
  const program = await tool("kubectl");
  const access = ["--kubeconfig", kubeconfigPath, "--context", contextName];
  return $({ quiet: true, nothrow: true, input })`${program} ${access} ${args}`;
}
