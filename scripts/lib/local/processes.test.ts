import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { becomeDaemon, fingerprint, isSame, parsePidRecord, parseStat } from "./processes.ts";

const record = { pid: 4711, started: "98765", boot: "first", fingerprint: "aa" };

describe("a pid file", () => {
  it.each([
    ["4711 98765 first aa\n", record],
    ["", undefined],
    ["4711", undefined],
    ["4711 98765 first", undefined],
    ["0 98765 first aa", undefined],
    ["-1 98765 first aa", undefined],
  ])("of %j", (text, expected) => {
    expect(parsePidRecord(text)).toEqual(expected);
  });
});

describe("the state of a process", () => {
  it("is read past a name with spaces and brackets", () => {
    const fields = Array.from({ length: 18 }, (_, at) => String(at));
    expect(parseStat(`4711 (a) b) (c) S ${fields.join(" ")} 98765 0 0`)).toEqual({
      state: "S",
      started: "98765",
    });
  });
});

describe("the process of a pid file", () => {
  it.each([
    ["runs", { state: "S", started: "98765" }, "first", true],
    ["is gone", undefined, "first", false],
    ["has ended and waits to be reaped", { state: "Z", started: "98765" }, "first", false],
    ["had its number taken by another", { state: "S", started: "99999" }, "first", false],
    ["ran before the machine was started again", { state: "S", started: "98765" }, "second", false],
  ])("%s", (_, stat, boot, expected) => {
    expect(isSame(record, stat, boot)).toBe(expected);
  });
});

describe("a daemon", () => {
  it("does not begin when its pid file cannot be written", () => {
    const { status, stdout } = spawnSync("sh", [
      "-c",
      becomeDaemon,
      "sh",
      "/proc/none/a",
      "aa",
      "echo",
      "runs",
    ]);
    expect(status).toBe(1);
    expect(stdout.toString()).toBe("");
  });

  const daemon = { name: "a", program: "/bin/a", args: ["-x"], env: {}, reads: ["config"] };

  it.each([
    ["its program", { program: "/bin/b" }],
    ["its arguments", { args: ["-y"] }],
    ["its environment", { env: { A: "b" } }],
    ["what it reads", { reads: ["other"] }],
  ])("is another when %s changes", (_, change) => {
    expect(fingerprint({ ...daemon, ...change })).not.toBe(fingerprint(daemon));
  });
});
