import { describe, expect, it } from "vitest";
import { compareRecipients, keyText } from "./status.ts";

const key = {
  generation: 1,
  provider: "age",
  recipient: "age1k",
  escrow: ["age1a", "age1b"],
  fingerprint: "ff",
};

describe("recipients of a data key", () => {
  it.each([
    [{ kek: "age1k", escrow: ["age1b", "age1a"] }, [], []],
    [{ kek: "age1k", escrow: ["age1a", "age1c"] }, ["age1c"], ["age1b"]],
    [{ kek: "age1n", escrow: ["age1a", "age1b"] }, ["age1n"], ["age1k"]],
  ])("against %j: missing %j, unnamed %j", (named, missing, unnamed) => {
    const status = compareRecipients(key, { provider: "age", ...named });
    expect(status).toMatchObject({ missing, unnamed });
    expect(keyText(status)).toContain("generation:  1");
    expect(keyText(status).includes("MISSING")).toBe(missing.length > 0);
  });
});
