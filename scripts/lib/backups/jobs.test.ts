import { describe, expect, it, vi } from "vitest";
import { jobError, jobFrom, parseReport, runJob } from "./jobs.ts";
import { getObject, kubectl } from "./kubectl.ts";

vi.mock("./kubectl.ts", () => ({
  getObject: vi.fn(),
  kubectl: vi.fn(),
  waitUntil: (_phase: object, _what: string, check: () => Promise<unknown>) => check(),
}));

const cronJob = {
  metadata: { name: "restore", uid: "1-2-3" },
  spec: {
    jobTemplate: {
      metadata: { labels: { a: "b" } },
      spec: {
        backoffLimit: 2,
        template: {
          spec: {
            containers: [
              {
                name: "restore",
                image: "i",
                env: [
                  { name: "KEEP", value: "1" },
                  { name: "X", value: "old" },
                ],
              },
            ],
          },
        },
      },
    },
  },
};

describe("a job from the chart's template", () => {
  it("is tried once, cleaned up, and told more", () => {
    const job = jobFrom(cronJob, { template: "restore", name: "restore-1", env: { X: "new" } }, "db");
    expect(job).toMatchObject({
      metadata: {
        name: "restore-1",
        namespace: "db",
        labels: { a: "b" },
        ownerReferences: [{ kind: "CronJob", name: "restore", uid: "1-2-3" }],
      },
      spec: { backoffLimit: 0, ttlSecondsAfterFinished: 86_400 },
    });
    expect(job).toHaveProperty("spec.template.spec.containers", [
      {
        name: "restore",
        image: "i",
        env: [
          { name: "KEEP", value: "1" },
          { name: "X", value: "new" },
        ],
      },
    ]);
  });
});

describe("a program's output", () => {
  const office = { stack: "office" };

  it("ends with its report", () => {
    expect(parseReport('noise\nRESULT {"a":1}\nRESULT {"a":2}\ntail\n')).toEqual({ a: 2 });
    expect(parseReport("noise")).toBeUndefined();
  });

  it("carries the four parts of its error", () => {
    const log = "noise\nerror 27: the KEK does not open it\n  why:  another one\n  next: put the right one\n";
    expect(jobError(office, "inspect-1", 27, log)).toMatchObject({
      exit: "keyUnavailable",
      message: "the KEK does not open it",
      why: "another one",
      next: "put the right one",
    });
  });

  it("names the stack in the kit's command that comes next", () => {
    const log = "error 1: recovery ended\n  why:  WAL is missing\n  next: ./kit backup list\n";
    expect(jobError(office, "restore-1", 1, log).next).toBe("./kit backup list --stack office");
  });

  it("shows of what pgBackRest warned before its error, which may be the reason", () => {
    const log =
      "2026 P00   WARN: unable to check pg1: certificate verify failed\n2026 P00  ERROR: [056]: unable to find primary cluster\n";
    expect(jobError(office, "backup-1", 56, log).why).toMatch(/certificate verify failed[^]*primary/);
  });

  it("shows pgBackRest's errors when it has no parts of its own", () => {
    const log =
      "2026 P00   INFO: begin\n2026 P00  ERROR: [104]: no space\n    HINT: make room\n2026 P00   INFO: aborted\n";
    const error = jobError(office, "backup-1", 104, log);
    expect(error.exit).toBe("failed");
    expect(error.why).toMatch(/no space[^]*make room/);
    expect(error.why).not.toMatch(/begin/);
  });
});

describe("a job that is followed", () => {
  const phase = { waitingFor: () => undefined, note: () => undefined };
  const cluster = { stack: "office", kubeconfig: "k", databaseNamespace: "db", serverNamespace: "web" };
  const message = "Job was active longer than specified deadline";
  const ended = (exitCode: number) => ({
    metadata: { name: "backup-1-x" },
    status: { containerStatuses: [{ name: "backup", state: { terminated: { exitCode } } }] },
  });

  function follow(pod: object | undefined, conditions: readonly object[], log = ""): Promise<unknown> {
    vi.mocked(getObject).mockImplementation((_cluster, _namespace, kind) =>
      Promise.resolve(kind.startsWith("pod/") ? pod : { status: { conditions } }),
    );
    vi.mocked(kubectl).mockImplementation((_cluster, [verb]) =>
      Promise.resolve(verb === "logs" ? log : JSON.stringify({ items: [pod ?? ended(0)] })),
    );
    return runJob(cluster, { template: "backup-full", name: "backup-1" }, phase);
  }

  it.each([
    ["was killed", ended(137)],
    ["is gone", undefined],
  ])("says that it took too long when its pod %s for that", async (_how, pod) => {
    await expect(follow(pod, [{ reason: "DeadlineExceeded", message }])).rejects.toMatchObject({
      message: "job backup-1 took too long, and Kubernetes ended it",
      why: message,
    });
    await expect(follow(pod, [])).rejects.toThrow(/ended with code 137|is gone/);
  });

  it("says so when what it reported cannot be read any more", async () => {
    const log = "unable to retrieve container logs for containerd://1";
    const why = `the end of its log:\n        ${log}`;
    await expect(follow(ended(0), [], log)).rejects.toMatchObject({ name: "KitError", why });
  });
});
