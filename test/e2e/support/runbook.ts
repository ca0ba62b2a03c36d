/**
 * The commands of a Markdown page that are for a stack (./kit and kubectl), in their order. One that ends with a
 * backslash goes on in the next line.
 */
export function stackCommands(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.filter((block) => /^(\.\/kit|kubectl) /.test(block)).flatMap(commandsOf);
}

function commandsOf(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""))
    .filter((line) => line !== "");
}
