import { expect, test } from "vitest";
import { webHost } from "./web-host.ts";

test.each([
  ["https://dexie.example.com:8443", "dexie.example.com"],
  ["https://192.0.2.7", "192.0.2.7"],
  ["https://[2001:db8::1]:30443", "2001:db8::1"],
])("the host of %s is %s", (address, host) => {
  expect(webHost(address)).toBe(host);
});
