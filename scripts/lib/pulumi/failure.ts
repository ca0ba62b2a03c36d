import { stripVTControlCharacters } from "node:util";
import { exitCode as exitCodes, KitError, type ExitName } from "../errors.ts";

interface Recognized {
  readonly pattern: RegExp;
  readonly exit: ExitName;
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

/** Failures for which the kit knows the next step. `STACK` stands for the stack's name. */
const recognized: readonly Recognized[] = [
  {
    pattern: /incorrect passphrase|passphrase must be set/,
    exit: "keyUnavailable",
    what: "the secrets of stack STACK cannot be opened",
    why: "the passphrase is missing or is not the one they were encrypted with",
    next: "set PULUMI_CONFIG_PASSPHRASE_FILE to the file of the right passphrase",
  },
  {
    pattern: /stack is currently locked/,
    exit: "failed",
    what: "another update of stack STACK is running, or one ended without unlocking",
    why: "only one update at a time may change the state",
    next: "wait for it, or when it is certainly gone: pulumi cancel --stack STACK",
  },
  {
    pattern: /unable to replace resource "[^"]*::keys-recipients"/,
    exit: "keyUnavailable",
    what: "the KEK or an escrow recipient of stack STACK is another one",
    why: "the data key of its backups is wrapped for the former ones, and this version cannot wrap it anew",
    next: "put the former recipients back into Pulumi.STACK.yaml (keys)",
  },
  {
    pattern: /unable to (replace|delete) resource "[^"]*"\s+as it is currently marked for protection/,
    exit: "usage",
    what: "the settings of stack STACK would replace or remove what holds data",
    why: "that is locked against deletion (protection)",
    next: "pulumi preview --diff --stack STACK, and put the former settings back into Pulumi.STACK.yaml",
  },
  {
    pattern: /no stack named|no Pulumi\.yaml/,
    exit: "stackNotFound",
    what: "there is no stack STACK",
    why: "it was never made, or it lies in another backend",
    next: "./kit init --stack STACK",
  },
];

/** What a command that prints JSON has to say to people; undefined when it printed something else. */
export function diagnosticsIn(stdout: string): string | undefined {
  if (!stdout.startsWith("{")) return undefined;
  const { diagnostics = [] } = JSON.parse(stdout) as {
    diagnostics?: readonly { readonly message: string }[];
  };
  return diagnostics.map(({ message }) => message).join("\n");
}

/** The error for people of a Pulumi command that failed, from its exit code and what it printed. */
export function pulumiError(stack: string, args: readonly string[], code: number, printed: string): KitError {
  const text = stripVTControlCharacters(printed);
  const settings = settingsFaults(text);
  const command = commandOf(args);
  if (settings !== undefined) {
    return new KitError("usage", `the settings of stack ${stack} are not right`, {
      why: settings,
      next: `correct Pulumi.${stack}.yaml, then run the command again`,
    });
  }
  const known = recognized.find(({ pattern }) => pattern.test(text));
  if (known) {
    const named = (sentence: string) => sentence.replaceAll("STACK", stack);
    return new KitError(known.exit, named(known.what), { why: named(known.why), next: named(known.next) });
  }
  return new KitError(exitName(code), `pulumi ${command} of stack ${stack} failed`, {
    why: errorLines(text) || `it ended with exit code ${code}; its messages are above`,
    next: `pulumi ${command} --stack ${stack}`,
  });
}

const commandOf = (args: readonly string[]): string => {
  const firstFlag = args.findIndex((arg) => arg.startsWith("-"));
  return args.slice(0, firstFlag < 0 ? 2 : Math.min(firstFlag, 2)).join(" ");
};

/** The program throws an error of this name when the stack's settings are wrong; its message lists every fault. */
const settingsError = /\bSettingsError: ([\s\S]*?)(?:\n\s+at |\n\s*\n|$)/;

function settingsFaults(text: string): string | undefined {
  return settingsError.exec(text)?.[1]?.trim();
}

/** Pulumi's own codes 0–9 keep their meaning. */
function exitName(code: number): ExitName {
  const names = Object.entries(exitCodes) as [ExitName, number][];
  return names.find(([, known]) => code < 10 && known === code)?.[0] ?? "failed";
}

const maximumLines = 8;
const summaryTitle = /^(Resources|Duration|Outputs):/;

function errorLines(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => line.startsWith("error:"));
  if (first < 0) return "";
  const summary = lines.findIndex((line, index) => index > first && summaryTitle.test(line));
  const told = lines
    .slice(first, summary < 0 ? undefined : summary)
    .map((line) => line.replace(/^error: /, ""))
    .filter((line) => line !== "");
  return [...new Set(told)].slice(0, maximumLines).join("\n        ");
}
