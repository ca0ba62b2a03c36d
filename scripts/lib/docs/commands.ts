import type { Argument, Command, Option } from "commander";
import { noColor } from "../../verbs.ts";
import { exitCode, exitMeaning } from "../errors.ts";
import { code, generated, table } from "./markdown.ts";

/** The page of all commands of `./kit`. */
export function commandsPage(commands: readonly Command[]): string {
  return `# Commands

${generated("scripts/commands")}

Results go to stdout, progress and errors to stderr. Without a terminal nothing asks; what is missing is told with exit
code 2. Every command takes \`--help\`, and \`${noColor.flags}\` to ${noColor.description}.

${commands.map((command) => section(command, "./kit", 2)).join("\n\n")}

## Exit codes

${table(["Code", "What it means"], exitRows())}
`;
}

/** What Pulumi itself ends with is passed on. */
function exitRows(): string[][] {
  const own = Object.entries(exitCode).flatMap(([name, number]) => {
    const meaning = exitMeaning[name as keyof typeof exitCode];
    return meaning === undefined ? [] : [[String(number), meaning]];
  });
  return [["0", "done"], ...own, ["3 to 9", "as Pulumi means it, when Pulumi itself ended so"]];
}

function section(command: Command, above: string, level: number): string {
  const name = `${above} ${command.name()}`;
  const visible = command.options.filter(({ hidden }) => !hidden);
  const rows = [...command.registeredArguments.map(argumentRow), ...visible.map(optionRow)];
  const parts = [
    `${"#".repeat(level)} ${name}`,
    sentence(command.description()),
    rows.length > 0 ? table(["Argument or option", "What it is", "Default"], rows) : "",
    ...command.commands.map((child) => section(child, name, level + 1)),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const argumentRow = (argument: Argument): string[] => [
  code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
  described(argument.description, argument.argChoices),
  shown(argument.defaultValue),
];

const optionRow = (option: Option): string[] => [
  code(option.flags),
  [
    described(option.description, option.argChoices),
    ...(option.mandatory ? ["required"] : []),
    ...(option.envVar === undefined ? [] : [`else from ${code(option.envVar)}`]),
  ].join("; "),
  shown(option.defaultValue),
];

const described = (text: string, choices: readonly string[] | undefined): string =>
  choices === undefined ? text : `${text}: ${choices.map(code).join(", ")}`;

const shown = (value: unknown): string =>
  value === undefined ? "" : code(typeof value === "string" ? value : JSON.stringify(value));

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
