import { describe, expect, it } from "vitest";
import { missingAnswers, openQuestions } from "./answers.ts";

const flags = (...input: Parameters<typeof openQuestions>) => openQuestions(...input).map(({ flag }) => flag);

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

  it("is listed in one error with a command to complete", () => {
    const error = missingAnswers("office", openQuestions({}, "local", []));
    expect(error.exit).toBe("usage");
    expect(error.why).toContain("--escrow: Two or more age recipients");
    expect(error.next).toBe("./kit init --stack office --url … --kek … --escrow …");
  });
});
