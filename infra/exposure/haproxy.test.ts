import { expect, test } from "vitest";
import { haproxyConfig } from "./haproxy.ts";

const config = haproxyConfig({ backend: "server:8080", tlsPort: 8443, healthPort: 8404 });
const section = (name: string): string =>
  config.split(/\n\n(?=\S)/).find((part) => part.startsWith(name)) ?? "";

test("TLS ends at the port that clients reach, with HTTP/2 and HTTP/1.1 for websockets", () => {
  expect(section("frontend clients")).toContain("bind :8443 ssl crt /etc/edge/tls/tls.crt alpn h2,http/1.1");
  expect(section("global")).toContain("ssl-min-ver TLSv1.2");
});

test("websockets and long polls outlive an ordinary request", () => {
  expect(section("defaults")).toMatch(/timeout server 5m\n[\s\S]*timeout tunnel 1h/);
});

test("the log tells neither client addresses nor query strings", () => {
  const format = /log-format "(.*)"/.exec(config)?.[1];
  expect(format).toBe("status=%ST method=%HM path=%[var(txn.path),json(utf8s)] bytes=%B ms=%Ta end=%ts");
  expect(config).not.toMatch(/httplog|option forwardfor|%ci|%r|%HU|capture/);
});

test("the server gets no client address", () => {
  expect(section("frontend clients")).toContain("http-request del-header X-Forwarded-For");
});

test("a request waits for a pod instead of being refused by a health check that lags behind", () => {
  expect(section("defaults")).toMatch(/retries 5\n\s*retry-on conn-failure\n\s*timeout connect 2s/);
  expect(section("backend server").trim()).toBe("backend server\n  server server server:8080");
});

test("probes get their answer also when clients have all the connections they may have", () => {
  const most = (name: string) => Number(/^ {2}maxconn (\d+)$/m.exec(section(name))?.[1]);
  expect(most("global") - most("frontend clients")).toBeGreaterThanOrEqual(100);
  expect(section("frontend health")).not.toContain("maxconn");
});
