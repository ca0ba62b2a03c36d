import { describe, expect, it } from "vitest";
import { archiveName, aptConfig, chosenPackages, debianArchitecture, statusWith } from "./apt.ts";

const simulation = `NOTE: This is only a simulation!
Inst zlib1g (1:1.3.dfsg+really1.3.1-1+deb13u1 Debian:13.2/stable [amd64]) []
Inst tzdata (2026f-0+deb13u1 Debian:13.2/stable, Debian-Security:13/stable-security [all])
Conf tzdata (2026f-0+deb13u1 Debian:13.2/stable [all])
`;

describe("a simulated install", () => {
  it("names the packages in order", () => {
    expect(chosenPackages(simulation)).toEqual([
      { name: "tzdata", version: "2026f-0+deb13u1", architecture: "all" },
      { name: "zlib1g", version: "1:1.3.dfsg+really1.3.1-1+deb13u1", architecture: "amd64" },
    ]);
  });

  it("leads to files", () => {
    expect(chosenPackages(simulation).map(archiveName)).toEqual([
      "tzdata_2026f-0+deb13u1_all.deb",
      "zlib1g_1%3a1.3.dfsg+really1.3.1-1+deb13u1_amd64.deb",
    ]);
  });
});

describe("private apt", () => {
  it("counts left out packages as installed", () => {
    const status = statusWith(["perl", "adduser"], "amd64");
    expect(status.match(/^Package: .*/gm)).toEqual(["Package: perl", "Package: adduser"]);
    expect(status.split("\n\n")).toHaveLength(3);
  });

  it("touches nothing of the machine", () => {
    const config = aptConfig("/cache/trixie", "/tmp/x", "arm64");
    for (const path of config.matchAll(/^Dir::(?:State|Cache)\S* "(.*)"/gm))
      expect(path[1]).toMatch(/^\/(cache|tmp)\//);
    expect(config).toContain('APT::Architecture "arm64"');
  });

  it.each([
    ["x64", "amd64"],
    ["arm64", "arm64"],
  ])("calls %s %s", (node, debian) => expect(debianArchitecture(node)).toBe(debian));
});
