/** Text as code, in a table too. */
export const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

/** The remark that a page is made and from what. */
export const generated = (source: string): string =>
  `<!-- Made from ${source} by \`npm run docs\`. Do not edit. -->`;

/** A table. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
