import { addressFaults } from "./address.ts";
import { textAt } from "./at.ts";
import { certificateFaults } from "./certificates.ts";
import { describeFault, faultsOf, sentence, type Fault } from "./faults.ts";
import { kekFaults } from "./kek.ts";
import { schema, type Configuration } from "./schema.ts";
import { secretKeys } from "./secrets.ts";

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

/** What the check of a configuration sees beside it. */
export interface Surroundings {
  /** The keys that the stack file holds encrypted. */
  readonly encrypted: readonly string[];
  /** The text of a file; undefined when it cannot be read. */
  readonly read: (file: string) => string | undefined;
  readonly now: Date;
}

/** The configuration of a stack, checked. `input` maps each key to its value. All faults are told at once. */
export function parseSettings(input: unknown, stack: string, around: Surroundings): Configuration {
  const given = typeof input === "object" && input !== null ? Object.keys(input) : [];
  const parsed = schema.safeParse(input, { error: sentence });
  // Whatever can be read is looked at, also where something else is wrong.
  const faults = [
    ...stackFaults(stack),
    ...markingFaults(given, around.encrypted),
    ...(parsed.success ? [] : faultsOf(parsed.error.issues)),
    ...addressFaults(input),
    ...certificateFaults(input, stack, around.now),
    ...kekFaults(
      textAt(input, "keys", "age", "identityFile"),
      textAt(input, "keys", "age", "recipient"),
      around.read,
    ),
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

/** The keys that lie in the stack file as they must not: a secret one in plain, or another one encrypted. */
export function markingFaults(given: readonly string[], encrypted: readonly string[]): Fault[] {
  const isSecret = (key: string) => secretKeys.some((secret) => secret === key);
  const plain = given.filter((key) => isSecret(key) && !encrypted.includes(key));
  const hidden = given.filter((key) => !isSecret(key) && encrypted.includes(key));
  return [
    ...plain.map((key) => ({
      key,
      wrong: "lies unencrypted in the stack file; make new ones and store them encrypted",
      hint: `such as with pulumi config set --secret ${key} < file`,
    })),
    ...hidden.map((key) => ({
      key,
      wrong: `must not be encrypted: the objects made of it show it, and only ${secretKeys.join(", ")} are kept secret`,
      hint: `such as with pulumi config set --plaintext ${key} < file`,
    })),
  ];
}
