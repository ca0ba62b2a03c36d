import { expect, test } from "vitest";
import { webPort } from "./web-port.ts";

test.each([
  ["https://mailer.example.com/send", 443],
  ["http://mailer.internal", 80],
  ["https://mailer.example.com:8443/", 8443],
  ["http://127.0.0.1:8025/mail", 8025],
])("%s is at port %d", (address, port) => {
  expect(webPort(address)).toBe(port);
});
