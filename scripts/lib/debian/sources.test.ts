import { describe, expect, it } from "vitest";
import { findMirrors, parseSources, sourceList } from "./sources.ts";

const paragraphs = `Types: deb
# a remark between
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----
`;

describe("source lists", () => {
  it("reads paragraphs", () => {
    expect(parseSources("debian.sources", paragraphs)).toEqual([
      {
        uri: "http://mirror.example/debian",
        suites: ["bookworm", "bookworm-updates"],
        components: ["main", "contrib"],
        signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg",
      },
      {
        uri: "http://mirror.example/debian-security",
        suites: ["bookworm-security"],
        components: ["main"],
        signedBy: undefined,
      },
    ]);
  });

  it.each([
    ["deb http://m.example/debian trixie main", "http://m.example/debian", undefined],
    [
      "deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian/ trixie main",
      "https://m.example/debian",
      "/k.gpg",
    ],
  ])("reads %s", (line, uri, signedBy) => {
    expect(parseSources("sources.list", line)).toEqual([
      { uri, suites: ["trixie"], components: ["main"], signedBy },
    ]);
  });

  it.each(["", "# deb http://m.example/debian trixie main", "deb-src http://m.example/debian trixie main"])(
    "ignores %j",
    (line) => {
      expect(parseSources("sources.list", line)).toEqual([]);
    },
  );

  it("ignores what is switched off", () => {
    expect(parseSources("a.sources", paragraphs.replaceAll("Types: deb", "Enabled: no\nTypes: deb"))).toEqual(
      [],
    );
  });
});

describe("mirrors of Debian", () => {
  const source = (uri: string, suite: string, component = "main", signedBy?: string) => ({
    uri,
    suites: [suite],
    components: [component],
    signedBy,
  });

  it("are told from archives of others", () => {
    const main = source("http://proxy.example/remote", "bookworm", "main", "/k/debian-archive-keyring.gpg");
    const security = source("http://m.example/debian-security", "bookworm-security");
    const others = [
      source("http://vendor.example/linux/debian", "bookworm", "stable"),
      source("http://vendor.example/apt", "bookworm"),
      source("http://vendor.example/debian", "nodistro"),
      source("http://ubuntu.example/ubuntu", "noble"),
    ];
    expect(findMirrors([...others, security, main])).toEqual({ main, security });
    expect(findMirrors(others)).toBeUndefined();
  });

  it("give a list for another suite", () => {
    const main = source("http://m.example/debian", "bookworm", "main", "/k.gpg");
    const security = source("http://m.example/debian-security", "bookworm-security");
    expect(sourceList({ main, security }, "trixie")).toBe(
      "deb [target=Packages signed-by=/k.gpg] http://m.example/debian trixie main\n" +
        "deb [target=Packages] http://m.example/debian-security trixie-security main\n",
    );
    expect(sourceList({ main, security: undefined }, "forky")).not.toContain("security");
  });
});
