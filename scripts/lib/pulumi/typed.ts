import { pathToFileURL } from "node:url";
import { shellWord } from "../interrupts.ts";
import type { Workspace } from "./workspace.ts";

/** What a Pulumi command needs to know of a stack, to be typed by a person. */
export type TypedStack = Pick<Workspace, "stack" | "stateFolder" | "pulumi" | "env">;

/** A Pulumi command as it can be typed in this checkout, also where the kit keeps the stack's state. */
export function pulumiAsTyped({ stack, stateFolder, pulumi, env }: TypedStack, command: string): string {
  const typed = `${command} --stack ${stack}`;
  if (stateFolder === undefined) return `pulumi ${typed}`;
  const settings = ownStateSettings(stateFolder, env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "");
  return [...settings, shellWord(pulumi), typed].join(" ");
}

/** The variables by which Pulumi finds a stack whose state the kit keeps. */
export const ownStateSettings = (stateFolder: string, passphraseFile: string): string[] => [
  `PULUMI_BACKEND_URL=${shellWord(pathToFileURL(stateFolder).href)}`,
  `PULUMI_CONFIG_PASSPHRASE_FILE=${shellWord(passphraseFile)}`,
];
