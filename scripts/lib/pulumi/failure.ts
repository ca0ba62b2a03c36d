import { stripVTControlCharacters } from "node:util";
import { exitCode as exitCodes, KitError, type ExitName } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import { pulumiAsTyped, type TypedStack } from "./typed.ts";

interface Recognized {
  readonly pattern: RegExp;
  readonly exit: ExitName;
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

/** Failures of a stack for which the kit knows the next step, `again` being the command that failed. */
function recognized(workspace: TypedStack, again: string): readonly Recognized[] {
  const { stack } = workspace;
  return [
    {
      pattern: /incorrect passphrase|passphrase must be set/,
      exit: "keyUnavailable",
      what: `the secrets of stack ${stack} cannot be opened`,
      why: `the passphrase is missing or is not the one they were encrypted with; it is read from ${passphraseOf(workspace)}`,
      next: again,
    },
    {
      pattern: /cipher: message authentication failed/,
      exit: "keyUnavailable",
      what: `a secret in the settings of stack ${stack} cannot be opened`,
      why: `it was encrypted for another stack, or encryptionsalt is not that of the secrets: take both in Pulumi.${stack}.yaml from a copy, or set the secret anew`,
      next: again,
    },
    {
      pattern: /PULUMI_ACCESS_TOKEN must be set/,
      exit: "authentication",
      what: `nothing says in which backend the state of stack ${stack} lies`,
      why: "PULUMI_BACKEND_URL is not set, and nobody is logged in",
      next: `PULUMI_BACKEND_URL=… ${again}`,
    },
    {
      pattern: /stack is currently locked/,
      exit: "failed",
      what: `another update of stack ${stack} is running, or one ended without unlocking`,
      why: "only one update at a time may change the state; unlock it when nobody works on it any more",
      next: pulumiAsTyped(workspace, "cancel"),
    },
    {
      pattern: /unable to replace resource "[^"]*::keys-recipients"/,
      exit: "keyUnavailable",
      what: `the KEK or an escrow recipient of stack ${stack} is another one`,
      why: `the data key of its backups is wrapped for the former ones, and this version cannot wrap it anew: put them back into Pulumi.${stack}.yaml (keys)`,
      next: again,
    },
    {
      pattern: /unable to (replace|delete) resource "[^"]*"\s+as it is currently marked for protection/,
      exit: "usage",
      what: `the settings of stack ${stack} would replace or remove what holds data`,
      why: `that is locked against deletion (protection): put the former settings back into Pulumi.${stack}.yaml`,
      next: `./kit preview --stack ${stack}`,
    },
    {
      pattern: /field can not be less than/,
      exit: "usage",
      what: `a volume of stack ${stack} would shrink`,
      why: `volumes do not: put the former size back into Pulumi.${stack}.yaml (database.storage, backups.repository.size)`,
      next: again,
    },
    {
      pattern: /storageclass that provisions the pvc must support resize/,
      exit: "usage",
      what: `a volume of stack ${stack} cannot grow`,
      why: `its StorageClass does not let it: set allowVolumeExpansion there, or put the former size back into Pulumi.${stack}.yaml`,
      next: again,
    },
    {
      pattern: /no stack named|no Pulumi\.yaml/,
      exit: "stackNotFound",
      what: `there is no stack ${stack}`,
      why: "it was never made, or it lies in another backend",
      next: `./kit init --stack ${stack}`,
    },
  ];
}

/** What a command that prints JSON has to say to people; undefined when it printed something else. */
export function diagnosticsIn(stdout: string): string | undefined {
  if (!stdout.startsWith("{")) return undefined;
  const { diagnostics = [] } = JSON.parse(stdout) as {
    diagnostics?: readonly { readonly message: string }[];
  };
  return diagnostics.map(({ message }) => message).join("\n");
}

/** The error for people of a Pulumi command that failed, from its exit code and what it printed. */
export function pulumiError(
  workspace: TypedStack,
  args: readonly string[],
  code: number,
  printed: string,
  again = commandAsTyped(),
): KitError {
  const { stack } = workspace;
  const text = stripVTControlCharacters(printed);
  const settings = settingsFaults(text);
  const command = commandOf(args);
  if (settings !== undefined) {
    return new KitError("usage", `the settings of stack ${stack} are not right`, {
      why: `${settings}\n        Correct them in Pulumi.${stack}.yaml.`,
      next: again,
    });
  }
  const known = recognized(workspace, again).find(({ pattern }) => pattern.test(text));
  if (known) return new KitError(known.exit, known.what, known);
  return new KitError(exitName(code), `pulumi ${command} of stack ${stack} failed`, {
    why: errorLines(text) || `it ended with exit code ${code}; its messages are above`,
    next: again,
  });
}

const passphraseOf = ({ env }: TypedStack): string =>
  env["PULUMI_CONFIG_PASSPHRASE_FILE"] ??
  "PULUMI_CONFIG_PASSPHRASE, or the file that PULUMI_CONFIG_PASSPHRASE_FILE names";

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
