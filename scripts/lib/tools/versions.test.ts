import { expect, it } from "vitest";
import { fits, versionIn } from "./versions.ts";

it.each([
  ["Client Version: v1.34.4\nKustomize Version: v5.7.1", "1.34.4"],
  ["go version go1.26.8 linux/amd64", "1.26.8"],
  ["iptables v1.8.9 (nf_tables)", "1.8.9"],
  ["containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", "1.6.20"],
  ["v3.22.0+g144ca65", "3.22.0"],
  ["(devel)", undefined],
])("finds the version in %j", (output, version) => {
  expect(versionIn(output)).toBe(version);
});

it.each([
  ["1.34.4", "1.33.0", true],
  ["1.33", "1.33.0", true],
  ["1.32.9", "1.33.0", false],
  ["1.9.0", "1.10.0", false],
  ["4.3.1", "3.16.0", false],
  ["3.260.0", "3.259.0", true],
])("%s where %s or newer is wanted: %s", (version, from, answer) => {
  expect(fits(version, from)).toBe(answer);
});
