import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chooseBackend } from "./backend.ts";
import { hasStackHome } from "./home.ts";

beforeEach(() => void vi.stubEnv("PULUMI_HOME", "/nowhere"));
afterEach(() => void vi.unstubAllEnvs());

it("takes the backend that the user names", async () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///srv/pulumi");
  expect(await chooseBackend("elsewhere", { encrypted: [] })).toBeUndefined();
});

it("makes no second state for a stack that was made in a backend which nothing names", async () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  const refused = chooseBackend("elsewhere", { encrypted: ["credentials"] });
  await expect(refused).rejects.toThrow("in which backend the state of stack elsewhere lies");
  expect(hasStackHome("elsewhere")).toBe(false);
});
