import { expect, it } from "vitest";
import { lackOf } from "./missing.ts";

const built = { kind: "tool", fromDebian: false } as const;
const assembled = { kind: "tool", fromDebian: true } as const;
const image = { kind: "image", fromDebian: false } as const;

it.each([
  ["nothing", [], undefined],
  ["an image, such as after a change of the checkout", [image], "images"],
  ["a tool of Debian packages", [assembled], "images"],
  ["a tool that Go may build", [image, assembled, built], "tools"],
] as const)("the cache without %s takes the space for it", (_, missing, lack) => {
  expect(lackOf(missing)).toBe(lack);
});
