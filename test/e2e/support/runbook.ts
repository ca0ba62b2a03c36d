/**
 * The commands of a Markdown page that are for a stack (./kit and kubectl), in their order. One that ends with a
 * backslash goes on in the next line.
 */
export function stackCommands(markdown: string): string[] {
  return blocksOf(markdown).filter(isForStack).flatMap(commandsOf);
}

/** The scripts of a Markdown page for a machine that has neither the kit nor the stack, in their order. */
export function otherScripts(markdown: string): string[] {
  return blocksOf(markdown).filter((block) => !isForStack(block));
}

const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);

const isForStack = (block: string): boolean => /^(\.\/kit|kubectl) /.test(block);

function commandsOf(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""))
    .filter((line) => line !== "");
}
