import { setTimeout as delay } from "node:timers/promises";
import { $ } from "zx";
import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import type { Phase } from "../say.ts";
import { contextName } from "../local/layout.ts";
import { tool } from "../tools/index.ts";
import type { Cluster } from "./cluster.ts";

/** What a run of kubectl gave. */
export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of kubectl for a cluster. */
export async function kubectlCommand(cluster: Cluster, args: readonly string[]): Promise<string[]> {
  const context = cluster.context === undefined ? [] : ["--context", cluster.context];
  return [await tool("kubectl"), "--kubeconfig", cluster.kubeconfig, ...context, ...args];
}

/** Runs kubectl and returns its answer, whatever the exit code. */
export async function tryKubectl(cluster: Cluster, args: readonly string[], input?: object): Promise<Answer> {
  const command = await kubectlCommand(cluster, args);
  const stdin = input === undefined ? "" : JSON.stringify(input);
  return $({ quiet: true, nothrow: true, input: stdin })`${command}`;
}

/** Runs kubectl and returns what it printed. Fails with its own message. */
export async function kubectl(cluster: Cluster, args: readonly string[], input?: object): Promise<string> {
  const { exitCode, stdout, stderr } = await tryKubectl(cluster, args, input);
  if (exitCode === 0) return stdout;
  throw kubectlError(cluster, args, stderr.trim() || `exit code ${String(exitCode)}`);
}

const unreachable =
  /connection refused|was refused|Unable to connect|no such file|context .* does not exist|i\/o timeout/;
/** Such as with a token or client certificate that has ended. */
const unknownUser = /must be logged in/;

/** What kubectl told people, each line once: its log lines say the same, before. A login program has its own words there. */
export function linesOf(said: string): string[] {
  const lines = said.split("\n").filter((line) => !/^(\s*$|\t| >$|[A-Z]\d{4} )/.test(line));
  return [...new Set(lines.map((line) => line.trim()))];
}

/** The error of a kubectl that failed, from what it said. */
export function kubectlError(cluster: Cluster, args: readonly string[], said: string): KitError {
  const isUnknown = unknownUser.test(said);
  if (!isUnknown && !unreachable.test(said)) {
    const next = `./kit status --stack ${cluster.stack}`;
    return new KitError("failed", `kubectl ${args.slice(0, 4).join(" ")} failed`, { why: said, next });
  }
  const { stack, kubeconfig, context = "" } = cluster;
  const look = `kubectl --kubeconfig ${kubeconfig} --context ${context} cluster-info`;
  const does = isUnknown ? "does not know the user of the context" : "does not answer";
  return new KitError("failed", `the cluster of stack ${stack} ${does}`, {
    why: linesOf(said).join("\n        "),
    next: context === contextName ? "./kit local start" : look,
  });
}

/** One object, or undefined when there is none of that name. `kind` is such as "statefulset/postgres". */
export async function getObject<T>(
  cluster: Cluster,
  namespace: string,
  kind: string,
): Promise<T | undefined> {
  const text = await kubectl(cluster, ["get", kind, "-n", namespace, "-o", "json", "--ignore-not-found"]);
  return text.trim() === "" ? undefined : (JSON.parse(text) as T);
}

/** Runs one of the programs of the image in the database's pod. */
export async function inDatabase(cluster: Cluster, pod: string, command: readonly string[]): Promise<Answer> {
  return tryKubectl(cluster, [
    "exec",
    pod,
    "-n",
    cluster.databaseNamespace,
    "-c",
    "postgres",
    "--",
    ...command,
  ]);
}

/** Waits until a check gives something, and says meanwhile what for. */
export async function waitUntil<T>(
  phase: Phase,
  what: string,
  check: () => Promise<T | undefined>,
  limitSeconds = 600,
): Promise<T> {
  phase.waitingFor(what);
  const deadline = performance.now() + limitSeconds * 1000;
  while (performance.now() < deadline) {
    const found = await check();
    if (found !== undefined) return found;
    await delay(500);
  }
  throw new KitError("failed", `gave up after ${limitSeconds} s`, {
    why: `still waiting for ${what}; the same command goes on where it stopped`,
    next: commandAsTyped(),
  });
}
