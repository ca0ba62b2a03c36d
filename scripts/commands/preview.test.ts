import { expect, it, vi } from "vitest";
import { resolveCluster } from "../lib/stack/cluster.ts";
import { command } from "./preview.ts";

const kinds: Record<string, string> = { office: "kubernetes", demo: "local" };

vi.mock("../lib/stack/cluster.ts", () => ({ resolveCluster: vi.fn() }));
vi.mock("../lib/stack/file.ts", () => ({
  requireStackFile: (stack: string) => Promise.resolve(stack),
  targetKind: (stack: string) => kinds[stack],
}));
vi.mock("../lib/stack/local.ts", () => ({ imagesToCome: () => Promise.resolve([]) }));
vi.mock("../lib/pulumi/index.ts", () => ({
  openWorkspace: () => Promise.resolve({}),
  preview: () => Promise.resolve("nothing changes"),
}));

const preview = (stack: string) => command().parseAsync(["--stack", stack], { from: "user" });

it("says nothing of a cluster that does not answer", async () => {
  vi.mocked(resolveCluster).mockRejectedValue(new Error("does not answer"));
  await expect(preview("office")).rejects.toThrow("does not answer");
});

it("needs no local node, which an update starts", async () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await preview("demo");
  expect(written).toHaveBeenCalledWith("nothing changes\n");
  written.mockRestore();
});
