import { describe, expect, it } from "vitest";
import { isOutage, isTooSlow } from "./outage.ts";

const fault = (code: string) => Object.assign(new Error("refused"), { code });

describe("an error of the database", () => {
  it.each([
    ["a refused connection", fault("ECONNREFUSED")],
    ["a name that is not known", fault("ENOTFOUND")],
    ["a server that shuts down", fault("57P01")],
    ["a server that starts", fault("57P03")],
    ["a connection that broke", fault("08006")],
    ["too many connections", fault("53300")],
    ["a server that was made a standby", fault("25006")],
    ["a server that recovers", fault("55000")],
    ["a deadlock", fault("40P01")],
    ["a password that was changed", fault("28P01")],
    ["a connection that ended within a query", new Error("Connection terminated unexpectedly")],
    ["a query without an answer", new Error("Query read timeout")],
  ])("is an outage, which may pass: %s", (_, error) => {
    expect(isOutage(error)).toBe(true);
  });

  it("tells a statement that took too long from a database that is not there", () => {
    expect(["57014", "57P01"].map((code) => isTooSlow(fault(code)))).toEqual([true, false]);
    expect(isOutage(fault("57014"))).toBe(true);
  });

  it.each([
    ["a key that exists", fault("23505")],
    ["a table that is missing", fault("42P01")],
    ["a role that may not log in", fault("28000")],
    ["a mistake of the program", new TypeError("undefined is not a function")],
    ["something that is no error", "57P01"],
  ])("is none: %s", (_, error) => {
    expect(isOutage(error)).toBe(false);
  });
});
