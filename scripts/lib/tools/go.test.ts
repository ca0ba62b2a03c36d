import { describe, expect, it } from "vitest";
import { goEnvironment } from "./go.ts";

describe("what Go keeps", () => {
  it.each([
    ["lies in the kit's cache", {}, "/cache/go/modules", "/cache/go/builds"],
    ["lies where the user says", { GOMODCACHE: "/m", GOCACHE: "/b" }, "/m", "/b"],
    ["lies in the user's own GOPATH", { GOPATH: "/p" }, undefined, "/cache/go/builds"],
  ])("%s", (_, given, modules, builds) => {
    expect(goEnvironment(given, "/cache/go", "/cache/tools/.new")).toMatchObject({ GOCACHE: builds });
    expect(goEnvironment(given, "/cache/go", "/cache/tools/.new")["GOMODCACHE"]).toBe(modules);
  });
});

it("builds where it is cleared away after a kill, unless the user says where", () => {
  const of = (given: NodeJS.ProcessEnv) => goEnvironment(given, "/cache/go", "/cache/tools/.new")["GOTMPDIR"];
  expect(of({})).toBe("/cache/tools/.new");
  expect(of({ GOTMPDIR: "/scratch" })).toBe("/scratch");
});
