import { expect, it } from "vitest";
import { officialInstead } from "./plugins.ts";

const host = { name: "pulumi-language-nodejs", version: "3.259.0" } as const;
const kubernetes = { name: "pulumi-resource-kubernetes", version: "4.34.2" } as const;
const install = "pulumi plugin install resource kubernetes v4.34.2";

it.each([
  [[kubernetes], install],
  [[host], "put the official Pulumi CLI on PATH, which brings its language host"],
  [[host, kubernetes], `put the official Pulumi CLI on PATH, which brings its language host; ${install}`],
])("official plugins take the place of stand-ins: %j", (standIns, told) => {
  expect(officialInstead(standIns)).toBe(told);
});
