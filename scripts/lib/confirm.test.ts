import { afterEach, expect, it, vi } from "vitest";
import { confirmByName, confirmYes } from "./confirm.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it.each([
  ["a yes", () => confirmYes({ warning: "It changes.", what: "the change" })],
  ["the stack's name", () => confirmByName("office", { warning: "It goes.", what: "the change" })],
])(
  "without a terminal to ask for %s, the command with all its options goes on unasked",
  async (_, confirm) => {
    const argv = ["node", "kit.ts", "up", "--refresh", "--stack", "office"];
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.stubGlobal(
      "process",
      Object.create(process, { argv: { value: argv }, stdin: { value: { isTTY: false } } }),
    );
    await expect(confirm()).rejects.toMatchObject({
      exit: "usage",
      message: "the change was not confirmed",
      next: "./kit up --refresh --stack office --yes",
    });
  },
);
