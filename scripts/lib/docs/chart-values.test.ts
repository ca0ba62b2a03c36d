import { expect, test } from "vitest";
import { chartSchema } from "./chart-schema.ts";
import { readChartValues } from "./chart-values.ts";

const yaml = `
# The image.
image: ""

group:
  # The first
  # of two.
  first: true
  # The second.
  second: { a: 1 }

# Taken as a whole.
whole:
  a: 1
`;

test("comments belong to the keys below them, of a group's first key too", () => {
  const [image, group, whole] = readChartValues(yaml);
  expect(image).toEqual({ path: "image", description: "The image.", default: "", children: [] });
  expect(group?.children.map(({ path, description }) => `${path}: ${description}`)).toEqual([
    "group.first: The first of two.",
    "group.second: The second.",
  ]);
  expect(whole).toMatchObject({ description: "Taken as a whole.", default: { a: 1 }, children: [] });
});

const rules = { "group.second": { type: "object" }, whole: { type: "object" } };

test("the schema takes no other keys than these", () => {
  expect(chartSchema("c", readChartValues(yaml), rules)).toMatchObject({
    additionalProperties: false,
    properties: {
      image: { type: "string", description: "The image." },
      group: { additionalProperties: false, properties: { first: { type: "boolean" } } },
      whole: { type: "object" },
    },
  });
});

test("a map without a rule, and a rule without a key, are mistakes", () => {
  const values = readChartValues(yaml);
  expect(() => chartSchema("c", values, { whole: {} })).toThrow("group.second");
  expect(() => chartSchema("c", values, { ...rules, gone: {} })).toThrow("gone");
});
