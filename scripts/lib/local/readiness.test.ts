import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { steadily } from "./readiness.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("a check that has to hold for a while begins anew with each break", async () => {
  let holds = true;
  const check = steadily(() => Promise.resolve(holds), 1000);
  const after = (ms: number, answer: boolean) => {
    vi.advanceTimersByTime(ms);
    holds = answer;
    return check();
  };
  expect(await after(0, true)).toBe(false);
  expect(await after(900, true)).toBe(false);
  expect(await after(50, false)).toBe(false);
  expect(await after(100, true)).toBe(false);
  expect(await after(999, true)).toBe(false);
  expect(await after(1, true)).toBe(true);
});
