import { describe, expect, it } from "vitest";
import { goEnvironment } from "./go.ts";

describe("what Go keeps", () => {
  it.each([
    ["lies in the kit's cache", {}, "/cache/go/modules", "/cache/go/builds"],
    ["lies where the user says", { GOMODCACHE: "/m", GOCACHE: "/b" }, "/m", "/b"],
    ["lies in the user's own GOPATH", { GOPATH: "/p" }, undefined, "/cache/go/builds"],
  ])("%s", (_, given, modules, builds) => {
    expect(goEnvironment(given, "/cache/go")).toMatchObject({ GOCACHE: builds });
    expect(goEnvironment(given, "/cache/go")["GOMODCACHE"]).toBe(modules);
  });
});
