import { afterEach, expect, it, vi } from "vitest";
import { PassThrough } from "node:stream";
import type { KitError } from "./errors.ts";
import { confirmByName, confirmYes, question } from "./confirm.ts";

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

it.each([
  ["Ctrl-C ends the command as it does elsewhere", "\u0003", { rejected: "interrupted" }],
  ["Ctrl-D is an empty answer", "\u0004", { answered: "" }],
  ["a line is the answer", " yes \r", { answered: "yes" }],
])("at a question %s", async (_, typed, outcome) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  vi.stubGlobal("process", Object.create(process, { stdin: { value: stdin }, stderr: { value: stderr } }));
  const asked = question("Go on? ");
  stdin.write(typed);
  const found = await asked.then(
    (answered) => ({ answered }),
    (error: unknown) => ({ rejected: (error as KitError).exit }),
  );
  expect(found).toEqual(outcome);
});
