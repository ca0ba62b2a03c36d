import { expect, test } from "vitest";
import { egressTo, environment } from "./environment.ts";

const least = { url: "https://dexie.example.com/", logLevel: "info", owners: [], webhook: undefined };

test("what is not set is left out", () => {
  expect(environment(least)).toEqual({ DXC_URL: "https://dexie.example.com", LOG_LEVEL: "info" });
});

test("all settings", () => {
  const webhook = "https://mailer.example.com/send";
  expect(environment({ ...least, owners: ["a@example.com", "b@example.com"], webhook })).toEqual({
    DXC_URL: "https://dexie.example.com",
    LOG_LEVEL: "info",
    DXC_OWNERS: "a@example.com,b@example.com",
    DXC_MAILER_WEBHOOK: webhook,
  });
});

test.each([
  ["https://mailer.example.com/send", 443],
  ["http://mailer.internal", 80],
  ["https://mailer.example.com:8443/", 8443],
  ["http://127.0.0.1:8025/mail", 8025],
])("%s needs the way out to port %d", (address, port) => {
  expect(egressTo(address)).toEqual({ ports: [{ protocol: "TCP", port }] });
});
