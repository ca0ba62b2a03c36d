import { describe, expect, it, vi } from "vitest";
import { KitError } from "../errors.ts";
import { clusterDns } from "../../../infra/peers.ts";
import { clusterOf } from "./cluster.ts";

vi.mock("../local/index.ts", () => ({
  contextName: "kit-local",
  requireOwnNode: () => Promise.reject(new KitError("failed", "of another checkout", { why: "", next: "" })),
}));

describe("where a stack runs, while the local node is another checkout's", () => {
  const kubeconfig = "/tmp/kubeconfig";

  it("is not on it", async () => {
    await expect(clusterOf("demo", { kind: "local", kubeconfig })).rejects.toThrow("of another checkout");
  });

  it("can be on a cluster", async () => {
    const target = { kind: "kubernetes", kubeconfig, context: "prod", dns: clusterDns } as const;
    expect(await clusterOf("demo", target)).toMatchObject({ stack: "demo", kubeconfig, context: "prod" });
  });
});
