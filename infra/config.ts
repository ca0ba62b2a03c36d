import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { identitiesOf } from "./settings/kek.ts";
import { parseSettings, SettingsError } from "./settings/parse.ts";
import type { Secrets, Settings } from "./settings/schema.ts";
import { webPort } from "./web-port.ts";

/** What the program knows of a stack. */
export interface StackConfig {
  readonly stack: string;
  readonly settings: Settings;
  readonly credentials: pulumi.Output<Secrets["credentials"]>;
  readonly certificates: pulumi.Output<Secrets["certificates"]>;
  /** How the cluster logs in to the registry, as a dockerconfigjson. */
  readonly registry: pulumi.Output<string> | undefined;
  /** Where mails with one-time passwords go. The port is no secret: a NetworkPolicy opens it. */
  readonly mailer: { readonly webhook: pulumi.Output<string>; readonly port: number } | undefined;
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
  const around = { encrypted: encryptedKeys(project), read: readText, now: new Date() };
  const { credentials, certificates, registry, oneTimePasswords, ...settings } = parseSettings(
    values,
    stack,
    around,
  );
  const webhook = oneTimePasswords?.webhook;
  return {
    stack,
    settings,
    credentials: pulumi.secret(credentials),
    certificates: pulumi.secret(certificates),
    registry: registry && pulumi.secret(JSON.stringify(registry)),
    mailer: webhook === undefined ? undefined : { webhook: pulumi.secret(webhook), port: webPort(webhook) },
    kekIdentity: pulumi.secret(identitiesOf(readText(settings.keys.age.identityFile) ?? "")),
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

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
