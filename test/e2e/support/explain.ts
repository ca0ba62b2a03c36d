import { beforeEach } from "vitest";
import { logTail } from "../../../scripts/lib/local/processes.ts";
import { tryKubectl } from "./kit.ts";

const lines = 40;

/** When a test of this file fails, prints what a person needs to see why: pods, events and logs of namespaces, and drops. */
export function explainFailuresIn(...namespaces: readonly string[]): void {
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      for (const namespace of namespaces) process.stderr.write(await explain(namespace));
      process.stderr.write(`--- whom NetworkPolicies stopped\n${await logTail("network-policies", lines)}\n`);
    }, 60_000);
  });
}

async function explain(namespace: string): Promise<string> {
  const here = ["--namespace", namespace];
  const pods = (await tryKubectl("", "get", "pods", ...here, "--output", "name")).stdout
    .split("\n")
    .filter(Boolean);
  const questions = [
    ["get", "pods,services,persistentvolumeclaims,jobs", ...here, "--output", "wide"],
    ["get", "events", ...here, "--sort-by", ".lastTimestamp"],
    ["describe", "pods", ...here],
    ...pods.map((pod) => ["logs", pod, ...here, "--all-containers", "--prefix", "--tail", String(lines)]),
  ];
  const answers: string[] = [];
  for (const question of questions) {
    const { stdout, stderr } = await tryKubectl("", ...question);
    answers.push(`--- kubectl ${question.join(" ")}\n${stdout}${stderr}`);
  }
  return `${answers.join("\n")}\n`;
}
