import { afterEach, describe, expect, it, vi } from "vitest";
import { missingAnswers, openQuestions } from "./answers.ts";

const flags = (...input: Parameters<typeof openQuestions>) => openQuestions(...input).map(({ flag }) => flag);

afterEach(() => vi.unstubAllGlobals());

describe("what has to be asked for a stack", () => {
  const keys = ["--kek", "--escrow"];
  it.each([
    ["nothing told, local", {}, "local", [], ["--url", ...keys]],
    [
      "nothing told, kubernetes",
      {},
      "kubernetes",
      [],
      [
        ...["--kubeconfig", "--context", "--url", ...keys],
        ...["--server-image", "--postgres-image", "--edge-image"],
      ],
    ],
    ["url told", { url: "https://a.example.com" }, "local", [], keys],
    ["settings there already", {}, "local", ["server", "keys"], []],
    ["everything there", {}, "kubernetes", ["target", "server", "keys", "images"], []],
  ] as const)("%s", (_name, told, target, settings, asked) => {
    expect(flags(told, target, settings)).toEqual(asked);
  });

  it("is listed in one error with the command to complete", () => {
    const argv = ["node", "kit.ts", "init", "--stack", "office", "--target", "local"];
    vi.stubGlobal("process", Object.create(process, { argv: { value: argv } }));
    const error = missingAnswers("office", openQuestions({}, "local", []));
    expect(error.exit).toBe("usage");
    expect(error.why).toContain("--escrow: Two or more age recipients");
    expect(error.next).toBe("./kit init --stack office --target local --url … --kek … --escrow …");
  });
});
