import { describe, expect, it } from "vitest";
import { stateOf } from "./status.ts";

const part = (name: string, pid?: number) => ({ name, pid });
const answers = { nodeReady: true, dnsAnswers: true };
const none = { nodeReady: false, dnsAnswers: false };

describe("the node is", () => {
  it.each([
    ["absent", false, [part("a"), part("b")], none],
    ["stopped", true, [part("a"), part("b")], none],
    ["ready", true, [part("a", 1), part("b", 2)], answers],
    ["degraded", true, [part("a", 1), part("b")], answers],
    ["degraded", true, [part("a", 1), part("b", 2)], { ...answers, dnsAnswers: false }],
    ["degraded", true, [part("a", 1), part("b", 2)], { ...answers, nodeReady: false }],
  ])("%s", (state, dataExists, parts, answering) => {
    expect(stateOf(dataExists, parts, answering)).toBe(state);
  });
});
