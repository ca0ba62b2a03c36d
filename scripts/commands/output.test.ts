import { afterEach, expect, it, vi } from "vitest";
import * as images from "./images.ts";
import * as tools from "./tools.ts";

const states = [{ name: "pause", state: "built", archive: "/cache/pause.oci.tar" }];

vi.mock("../lib/images/index.ts", () => ({
  imageNames: ["pause"],
  imageStates: () => Promise.resolve(states),
  buildImages: () => Promise.resolve(states),
}));
vi.mock("../lib/tools/provide-all.ts", () => ({ provideAll: () => Promise.resolve(1) }));
vi.mock("../lib/tools/toolbox.ts", () => ({ openToolbox: () => Promise.resolve({}) }));
vi.mock("../lib/tools/plugins.ts", () => ({ pluginStates: () => Promise.resolve([]) }));
vi.mock("../lib/tools/state.ts", () => ({ toolStates: () => Promise.resolve([]) }));

afterEach(() => vi.restoreAllMocks());

it.each([
  ["images build pause", images.command(), ["build", "pause"], { schema: "kit/images/v1", images: states }],
  ["tools install", tools.command(), ["install"], { schema: "kit/tools/v1", tools: [] }],
])("%s prints JSON where it is asked for, as its help says", async (_, command, args, document) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await command.parseAsync([...args, "--output", "json"], { from: "user" });
  expect(JSON.parse(String(written.mock.lastCall?.[0]))).toEqual(document);
});
