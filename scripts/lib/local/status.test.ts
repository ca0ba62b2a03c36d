import { describe, expect, it } from "vitest";
import { stateOf } from "./status.ts";

const part = (name: string, pid?: number) => ({ name, pid });
const answers = { nodeReady: true, dnsAnswers: true, policiesEnforced: true, podsMayPass: true };
const none = { nodeReady: false, dnsAnswers: false, policiesEnforced: false, podsMayPass: false };

const nothing = { dataExists: false, isParked: false, hostIsChanged: false };
const data = { ...nothing, dataExists: true };
const killed = { ...data, hostIsChanged: true };

describe("the node is", () => {
  it.each([
    ["absent", nothing, [part("a"), part("b")], none],
    ["stopped", data, [part("a"), part("b")], none],
    ["parked", { ...nothing, isParked: true }, [part("a"), part("b")], none],
    ["parked", { ...data, isParked: true }, [part("a"), part("b")], none],
    ["degraded", killed, [part("a"), part("b")], none],
    ["degraded", { ...nothing, hostIsChanged: true }, [part("a"), part("b")], none],
    ["ready", killed, [part("a", 1), part("b", 2)], answers],
    ["degraded", killed, [part("a", 1), part("b")], answers],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, dnsAnswers: false }],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, nodeReady: false }],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, policiesEnforced: false }],
    ["degraded", killed, [part("a", 1), part("b", 2)], { ...answers, podsMayPass: false }],
  ])("%s", (state, traces, parts, answering) => {
    expect(stateOf(traces, parts, answering)).toBe(state);
  });
});
