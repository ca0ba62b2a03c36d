import { describe, expect, it } from "vitest";
import { imageNames, readRecipe, recipeSchema } from "./recipe.ts";

const plain = {
  description: "A program",
  user: { name: "app", id: 65532 },
  run: { entrypoint: ["/app"] },
};

describe("recipes", () => {
  it.each(imageNames)("%s can be read", async (name) => {
    const { user } = await readRecipe(name);
    expect(user.id).toBe(name === "postgres" ? 999 : 65532);
  });

  it("need little", () => {
    expect(recipeSchema.parse(plain)).toEqual({
      ...plain,
      directories: [],
      run: { ...plain.run, environment: {} },
    });
  });

  it.each([
    ["root", { user: { name: "root", id: 0 } }, "user.id"],
    ["a path that climbs", { files: "../secrets" }, "files"],
    ["a path with a dot", { files: "a/./b" }, "files"],
    ["a relative mount point", { directories: [{ path: "tmp" }] }, "directories.0.path"],
    ["an odd mode", { directories: [{ path: "/tmp", mode: "rwx" }] }, "directories.0.mode"],
    ["two runtimes", { runtime: { tool: "pause", to: "/pause", node: "/node" } }, "runtime"],
    ["no entrypoint", { run: { entrypoint: [] } }, "run.entrypoint"],
    ["an unknown key", { secrets: "x" }, ""],
  ])("refuse %s", (_, change, path) => {
    const issues = recipeSchema.safeParse({ ...plain, ...change }).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
