import { describe, expect, test } from "vitest";
import {
  amount,
  isCidr,
  isCpu,
  isCron,
  isDnsName,
  isPinnedImage,
  isPublicOrigin,
  isSize,
  isTimezone,
  isWebAddress,
} from "./checks.ts";

const digest = `@sha256:${"0".repeat(64)}`;

interface Table {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

const tables: readonly [string, (text: string) => boolean, Table][] = [
  [
    "isPinnedImage",
    isPinnedImage,
    {
      right: [`server${digest}`, `localhost/server${digest}`, `registry.example.com:5000/a/b:1.2${digest}`],
      wrong: ["", "server", "server:latest", digest, `server${digest.slice(0, -1)}`, `ser ver${digest}`],
    },
  ],
  [
    "isSize",
    isSize,
    {
      right: ["1Gi", "0.5Ti", "500M", "10k"],
      wrong: ["", "10", "0Gi", "-1Gi", "1gi", "1 Gi", "1GB", "Gi", "1e3Gi"],
    },
  ],
  [
    "isCpu",
    isCpu,
    { right: ["1", "0.5", "100m", "2.25"], wrong: ["", "0", "0m", "1.5m", "-1", "1.2345", "one"] },
  ],
  [
    "isTimezone",
    isTimezone,
    {
      right: ["UTC", "Etc/UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires"],
      wrong: ["", "Stockholm", "Europe/Nowhere", "+02:00", "Europe/", "local"],
    },
  ],
  [
    "isPublicOrigin",
    isPublicOrigin,
    {
      right: ["https://dexie.example.com", "https://dexie.example.com/", "https://dexie.example.com:8443"],
      wrong: [
        "",
        "dexie.example.com",
        "http://dexie.example.com",
        "http://localhost:8080",
        "https://dexie.example.com/path",
        "https://dexie.example.com?x",
        "https://user@dexie.example.com",
        "HTTPS://dexie.example.com",
        "ftp://localhost",
      ],
    },
  ],
  [
    "isWebAddress",
    isWebAddress,
    {
      right: ["https://a.example/b?c=d", "http://a:81"],
      wrong: ["", "a.example", "mailto:a@b", "file:///a"],
    },
  ],
  [
    "isDnsName",
    isDnsName,
    {
      right: ["nginx", "ceph.rbd", "a", "0", "a-b.c-d"],
      wrong: ["", "Nginx", "a.", ".a", "a..b", "-a", "a_b", "a".repeat(64), "a.".repeat(127) + "a"],
    },
  ],
  [
    "isCidr",
    isCidr,
    {
      right: ["10.0.0.0/8", "169.254.20.10/32", "0.0.0.0/0", "fd00::/8", "::1/128"],
      wrong: ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "fd00::/129", "10.0.0.0/x", "/8"],
    },
  ],
  [
    "isCron",
    isCron,
    {
      right: [
        "0 2 * * 0",
        "*/15 * * * *",
        "30 * * * *",
        "0,30 8-18 * * mon-fri",
        "0 0 1 jan *",
        "5-59/10 * * * SUN",
        " 0  2 * * * ",
      ],
      wrong: [
        "",
        "@daily",
        "0 2 * *",
        "0 2 * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 7",
        "*/0 * * * *",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "a * * * *",
        "* * * * funday",
        "1, * * * *",
        "1/ * * * *",
        "-1 * * * *",
      ],
    },
  ],
];

describe.each(tables)("%s", (_, is, { right, wrong }) => {
  test.each(right.map((text) => [text]))("takes %j", (text) => {
    expect(is(text)).toBe(true);
  });
  test.each(wrong.map((text) => [text]))("refuses %j", (text) => {
    expect(is(text)).toBe(false);
  });
});

test.each([
  ["500m", 0.5],
  ["2", 2],
  ["1k", 1000],
  ["1Ki", 1024],
  ["1.5Gi", 1.5 * 1024 ** 3],
  ["1G", 1e9],
  ["1P", 1e15],
])("%s is %d", (text, number) => {
  expect(amount(text)).toBe(number);
});
