import { expect, test } from "vitest";
import { environment } from "./environment.ts";

const least = { url: "https://dexie.example.com/", logLevel: "info", owners: [] };

test("what is not set is left out", () => {
  expect(environment(least)).toEqual({ DXC_URL: "https://dexie.example.com", LOG_LEVEL: "info" });
});

test("all settings", () => {
  const url = "https://dexie.example.com:8443";
  expect(environment({ url, logLevel: "debug", owners: ["a@example.com", "b@example.com"] })).toEqual({
    DXC_URL: url,
    LOG_LEVEL: "debug",
    DXC_OWNERS: "a@example.com,b@example.com",
  });
});
