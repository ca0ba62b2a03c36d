import { describe, expect, it } from "vitest";
import { stateOf } from "./status.ts";

const part = (name: string, pid?: number) => ({ name, pid });
const answers = { nodeReady: true, dnsAnswers: true, policiesEnforced: true };
const none = { nodeReady: false, dnsAnswers: false, policiesEnforced: false };

const nothing = { dataExists: false, hostIsChanged: false };
const data = { dataExists: true, hostIsChanged: false };
const killed = { dataExists: true, hostIsChanged: true };

describe("the node is", () => {
  it.each([
    ["absent", nothing, [part("a"), part("b")], none],
    ["stopped", data, [part("a"), part("b")], none],
    ["degraded", killed, [part("a"), part("b")], none],
    ["ready", killed, [part("a", 1), part("b", 2)], answers],
    ["degraded", killed, [part("a", 1), part("b")], answers],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, dnsAnswers: false }],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, nodeReady: false }],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, policiesEnforced: false }],
  ])("%s", (state, traces, parts, answering) => {
    expect(stateOf(traces, parts, answering)).toBe(state);
  });
});
