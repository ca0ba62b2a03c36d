import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { pathAsTyped } from "./paths.ts";

it.each([
  ["~/.kube/config", join(homedir(), ".kube/config")],
  ["/home/~/kek.txt", "/home/~/kek.txt"],
  ["kek.txt", resolve("kek.txt")],
])("%s is typed for %s", (typed, path) => {
  expect(pathAsTyped(typed)).toBe(path);
});
