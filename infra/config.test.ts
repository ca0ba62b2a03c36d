import { expect, test } from "vitest";
import { valuesOf } from "./config.ts";

test("only the project's own keys count, and an empty object is no setting", () => {
  const config = {
    "kit:server": '{"replicas":2}',
    "kit:protection": "true",
    "kit:target": "{}",
    "kit:note": "not JSON",
    "kubernetes:context": "other",
  };
  expect(valuesOf(config, "kit")).toEqual({ server: { replicas: 2 }, protection: true, note: "not JSON" });
});
