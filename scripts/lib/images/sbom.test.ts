import { describe, expect, it } from "vitest";
import { type Component, cycloneDx, debianComponent, goComponents, npmComponent } from "./sbom.ts";

/** A program as Go would have written it, for what is read of it. */
function goProgram(version: string, modules: string): Buffer {
  const header = Buffer.alloc(32);
  header.write("\xff Go buildinf:", "latin1");
  const string = (text: string) => {
    const bytes = Buffer.from(text, "latin1");
    return Buffer.concat([Buffer.from([(bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes]);
  };
  return Buffer.concat([Buffer.from("\x7fELF and code"), header, string(version), string(modules)]);
}

const purls = (components: readonly Component[]) => components.map(({ purl }) => purl);

describe("components", () => {
  it("of a Go program are its modules, replaced ones by their replacement, and Go itself", () => {
    const modules = [
      "path\texample.org/tool",
      "mod\texample.org/tool\t(devel)\t",
      "dep\tgithub.com/a/b\tv1.2.3\th1:abc=",
      "dep\tgithub.com/c/d\tv0.1.0",
      "=>\tgithub.com/e/f\tv0.2.0\th1:def=",
      "build\tCGO_ENABLED=0",
    ].join("\n");
    expect(purls(goComponents(goProgram("go1.25.4", modules)))).toEqual([
      "pkg:golang/github.com/a/b@v1.2.3",
      "pkg:golang/github.com/e/f@v0.2.0",
      "pkg:golang/stdlib@v1.25.4",
    ]);
  });

  it("of another program are an error, not an empty list", () => {
    expect(() => goComponents(Buffer.from("#!/bin/sh\n"))).toThrow("not built by Go");
  });

  it.each([
    [npmComponent("fastify", "5.0.0"), "pkg:npm/fastify@5.0.0"],
    [npmComponent("@fastify/cors", "11.4.3"), "pkg:npm/%40fastify/cors@11.4.3"],
    [
      debianComponent(
        { name: "libstdc++6", version: "1:2+b1", architecture: "amd64", file: "x.deb", sha256: "00" },
        "trixie",
      ),
      "pkg:deb/debian/libstdc%2B%2B6@1%3A2%2Bb1?arch=amd64&distro=trixie",
    ],
  ])("%j", (component, purl) => expect(component.purl).toBe(purl));
});

describe("the bill of materials", () => {
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  const components = [npmComponent("b", "2.0.0"), npmComponent("a", "1.0.0"), npmComponent("b", "2.0.0")];

  it("names each component once, in order", () => {
    const bom = JSON.parse(cycloneDx("edge", digest, components)) as { components: Component[] };
    expect(purls(bom.components)).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0"]);
  });

  it("follows from the content alone", () => {
    const reversed = cycloneDx("edge", digest, [...components].reverse());
    expect(cycloneDx("edge", digest, components)).toBe(reversed);
    expect(reversed).toContain("urn:uuid:01234567-89ab-8cde-8f01-23456789abcd");
  });
});
