import { describe, expect, it, vi } from "vitest";
import { clusterDns } from "../../../infra/peers.ts";
import { kubectl } from "../backups/kubectl.ts";
import { KitError } from "../errors.ts";
import { clusterOf, resolveCluster } from "./cluster.ts";

const kubeconfig = "/tmp/kubeconfig";
const target = { kind: "kubernetes", kubeconfig, context: "prod", dns: clusterDns } as const;

vi.mock("../local/index.ts", () => ({
  contextName: "kit-local",
  requireOwnNode: () => Promise.reject(new KitError("failed", "of another checkout", { why: "", next: "" })),
}));
vi.mock("../backups/kubectl.ts", () => ({ kubectl: vi.fn() }));
vi.mock("./file.ts", () => ({ readSettings: () => Promise.resolve({ target }) }));

describe("where a stack runs, while the local node is another checkout's", () => {
  it("is not on it", async () => {
    await expect(clusterOf("demo", { kind: "local", kubeconfig })).rejects.toThrow("of another checkout");
  });

  it("can be on a cluster", async () => {
    expect(await clusterOf("demo", target)).toMatchObject({ stack: "demo", kubeconfig, context: "prod" });
  });
});

it("a cluster is asked for an answer within seconds before anything else", async () => {
  vi.mocked(kubectl).mockRejectedValue(new Error("does not answer"));
  await expect(resolveCluster("demo")).rejects.toThrow("does not answer");
  const [, args] = vi.mocked(kubectl).mock.lastCall ?? [];
  expect(args).toEqual(["version", "--request-timeout", "10s"]);
});
