import { describe, expect, it } from "vitest";
import { isTrimmed } from "./trim.ts";

describe("what an image leaves out", () => {
  it.each([
    ["usr/share/man", true],
    ["usr/share/man/man1/age.1.gz", true],
    ["usr/share/manual/x", false],
    ["usr/share/doc/haproxy", false],
    ["usr/share/doc/haproxy/copyright", false],
    ["usr/share/doc/haproxy/changelog.Debian.gz", true],
    ["usr/share/common-licenses/GPL-3", false],
    ["usr/lib/x86_64-linux-gnu/gconv", true],
    ["usr/lib/x86_64-linux-gnu/gconv/BIG5.so", true],
    ["usr/lib/x86_64-linux-gnu/libc.so.6", false],
    ["usr/lib/locale/C.utf8", false],
    ["var/log/apt", true],
    ["usr/lib/extra", true],
  ])("%s: %s", (path, left) => expect(isTrimmed(path, ["usr/lib/extra"])).toBe(left));
});
