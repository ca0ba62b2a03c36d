import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ageIdentities, recipientOf } from "./age.ts";
import { parseSettings, SettingsError } from "./settings/parse.ts";
import type { Secrets, Settings } from "./settings/schema.ts";

/** What the program knows of a stack. */
export interface StackConfig {
  readonly stack: string;
  readonly settings: Settings;
  readonly credentials: pulumi.Output<Secrets["credentials"]>;
  readonly certificates: pulumi.Output<Secrets["certificates"]>;
  /** The identities of the key-encryption key, in the format of an age identity file. */
  readonly kekIdentity: pulumi.Output<string>;
}

/** Reads and checks everything that is configured. Faults end the run, all of them in one message. */
export function readConfig(): StackConfig {
  try {
    return read(pulumi.getStack(), pulumi.getProject());
  } catch (error) {
    throw error instanceof SettingsError ? withoutStack(error) : error;
  }
}

/** What Pulumi prints as it is. Node needs half a minute to colour the stack of such an error, which nobody sees. */
function withoutStack({ name, message }: SettingsError): pulumi.RunError {
  const told = new pulumi.RunError(`${name}: ${message}`);
  delete told.stack;
  return told;
}

function read(stack: string, project: string): StackConfig {
  const values = valuesOf(pulumi.runtime.allConfig(), project);
  const { credentials, certificates, ...settings } = parseSettings(values, stack, encryptedKeys(project));
  return {
    stack,
    settings,
    credentials: pulumi.secret(credentials),
    certificates: pulumi.secret(certificates),
    kekIdentity: pulumi.secret(readIdentity(stack, settings.keys.age)),
  };
}

/** The project's own keys. What is not JSON is text; an empty object stands for "not set" (see Pulumi.yaml). */
export function valuesOf(config: Readonly<Record<string, string>>, project: string): Record<string, unknown> {
  const own = Object.entries(config).filter(([key, text]) => key.startsWith(`${project}:`) && text !== "{}");
  return Object.fromEntries(own.map(([key, text]) => [key.slice(project.length + 1), jsonOrText(text)]));
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Pulumi tells the program by this variable which keys the stack file holds encrypted. */
function encryptedKeys(project: string): string[] {
  const keys = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];
  return keys.map((key) => key.replace(":config:", ":").replace(`${project}:`, ""));
}

/** The identities in the file, among them the one that the configuration names. */
export function readIdentity(
  stack: string,
  { identityFile, recipient }: { readonly identityFile: string; readonly recipient: string },
): string {
  const fault = (key: string, wrong: string) => new SettingsError(stack, [{ key: `keys.age.${key}`, wrong }]);
  const text = readText(identityFile);
  if (text === undefined) throw fault("identityFile", `${identityFile} cannot be read`);
  const identities = ageIdentities(text);
  if (identities.length === 0) {
    const wrong = `${identityFile} holds no age identity in plain form (AGE-SECRET-KEY-1…)`;
    throw fault("identityFile", `${wrong}; PostgreSQL must be able to start without a person`);
  }
  if (!identities.some((identity) => recipientOf(identity) === recipient)) {
    throw fault("recipient", `is not the recipient of the identity in ${identityFile}`);
  }
  return `${identities.join("\n")}\n`;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
