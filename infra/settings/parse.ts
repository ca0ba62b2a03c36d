import { namesOf } from "../naming.ts";
import { coversHost } from "./checks.ts";
import { describeFault, faultsOf, sentence, type Fault } from "./faults.ts";
import { schema, secretKeys, type Configuration } from "./schema.ts";

/** The configuration of a stack is wrong. The message names every fault, with its key and an example. */
export class SettingsError extends Error {
  readonly faults: readonly Fault[];

  constructor(stack: string, faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  ${describeFault(fault)}`);
    super(`${faults.length} wrong in the configuration of stack ${stack}:\n${lines.join("\n")}`);
    this.name = "SettingsError";
    this.faults = faults;
  }
}

/**
 * The configuration of a stack, checked. `input` maps each key to its value, `encrypted` names the keys that
 * the stack file holds encrypted. All faults are told at once.
 */
export function parseSettings(
  input: unknown,
  stack: string,
  encrypted: readonly string[] = secretKeys,
): Configuration {
  const parsed = schema.safeParse(input, { error: sentence });
  const faults = [
    ...stackFaults(stack),
    ...plainFaults(input, encrypted),
    ...(parsed.success ? hostFaults(parsed.data, stack) : faultsOf(parsed.error.issues)),
  ];
  if (!parsed.success || faults.length > 0) throw new SettingsError(stack, faults);
  return parsed.data;
}

const longestStackName = 40;

/** What is wrong with the name of a stack. */
export function stackFaults(stack: string): Fault[] {
  const fits = /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(stack) && stack.length <= longestStackName;
  const wrong = `must be lower-case letters, digits and hyphens, at most ${longestStackName}: it names the namespaces`;
  return fits ? [] : [{ key: "the stack's name", wrong, hint: "such as production" }];
}

function plainFaults(input: unknown, encrypted: readonly string[]): Fault[] {
  const given = typeof input === "object" && input !== null ? Object.keys(input) : [];
  const plain = secretKeys.filter((key) => given.includes(key) && !encrypted.includes(key));
  return plain.map((key) => ({
    key,
    wrong: "lies unencrypted in the stack file; make new ones and store them encrypted",
    hint: `such as with pulumi config set --secret ${key} < file`,
  }));
}

function hostFaults({ server, certificates }: Configuration, stack: string): Fault[] {
  const { hostname } = new URL(server.url);
  const publicHost = hostname.replace(/^\[|\]$/g, "");
  const databaseHost = `postgres.${namesOf(stack).databaseNamespace}.svc`;
  return [
    ...hostFault("edge", certificates.edge.certificate, publicHost),
    ...hostFault("postgres", certificates.postgres.certificate, databaseHost),
  ];
}

function hostFault(name: string, certificate: string, host: string): Fault[] {
  if (coversHost(certificate, host)) return [];
  return [{ key: `certificates.${name}.certificate`, wrong: `must be valid for ${host}` }];
}
