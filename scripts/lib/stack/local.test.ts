import { expect, it } from "vitest";
import { otherImages } from "./local.ts";

const states = [
  { name: "server-evaluation", reference: "localhost/server-evaluation@sha256:1" },
  { name: "postgres", reference: "localhost/postgres@sha256:1" },
  { name: "edge" },
] as const;

it.each([
  [
    "is not built",
    { server: states[0].reference, postgres: states[1].reference, edge: "localhost/edge@sha256:1" },
    ["edge"],
  ],
  [
    "is another one",
    { server: states[0].reference, postgres: "localhost/postgres@sha256:0" },
    ["postgres", "edge"],
  ],
  ["is not set", undefined, ["server-evaluation", "postgres", "edge"]],
])("tells each image that %s", (_, present, told) => {
  expect(otherImages(present, states)).toEqual(told);
});
