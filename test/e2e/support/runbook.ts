/** A command of a runbook, and where it is to be typed. */
export interface RunbookStep {
  readonly where: "stack" | "another machine";
  readonly script: string;
}

/** The shell commands of a Markdown page, in their order. One that ends with a backslash goes on in the next line. */
export function runbookSteps(markdown: string): RunbookStep[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block): RunbookStep[] =>
    /^(\.\/kit|kubectl) /.test(block)
      ? commandsOf(block).map((script) => ({ where: "stack", script }))
      : [{ where: "another machine", script: block }],
  );
}

function commandsOf(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""))
    .filter((line) => line !== "");
}
