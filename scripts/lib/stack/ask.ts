import { question } from "../confirm.ts";
import { KitError } from "../errors.ts";
import { missingAnswers, openQuestions, targetQuestion, type InitOptions } from "./answers.ts";

type Target = "local" | "kubernetes";

/** The options with everything that was missing, asked on the terminal. Without one all that is missing is told at once. */
export async function completeOptions(
  stack: string,
  told: InitOptions,
  known: { readonly target: Target | undefined; readonly settings: readonly string[] },
): Promise<InitOptions & { readonly target: Target }> {
  const target = known.target ?? told.target ?? (await askTarget(stack, told));
  const open = openQuestions(told, target, known.settings);
  if (open.length > 0 && !process.stdin.isTTY) throw missingAnswers(stack, open);
  const answers: Record<string, string | string[]> = {};
  for (const { option, ask, example } of open) {
    const text = await question(`${ask} (such as ${example}): `);
    answers[option] = option === "escrow" ? text.split(/[\s,]+/) : text;
  }
  return { ...told, ...(answers as InitOptions), target };
}

async function askTarget(stack: string, told: InitOptions): Promise<Target> {
  if (!process.stdin.isTTY)
    throw missingAnswers(stack, [targetQuestion, ...openQuestions(told, "local", [])]);
  const text = await question(`${targetQuestion.ask}: `);
  if (text === "local" || text === "kubernetes") return text;
  throw new KitError("usage", `"${text}" is no target`, {
    why: "a stack runs on this machine (local) or on your cluster (kubernetes)",
    next: `./kit init --stack ${stack} --target kubernetes`,
  });
}
