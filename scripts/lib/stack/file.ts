import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { addressFaults } from "../../../infra/settings/address.ts";
import { textAt } from "../../../infra/settings/at.ts";
import { describeFault, faultsOf, sentence, type Fault } from "../../../infra/settings/faults.ts";
import { markingFaults, stackFaults } from "../../../infra/settings/parse.ts";
import { plainSchema, type Settings } from "../../../infra/settings/schema.ts";
import { KitError } from "../errors.ts";
import { commandAsTyped } from "../interrupts.ts";
import { readIfThere } from "../local/state-files.ts";
import { root } from "../paths.ts";

/** What a stack file holds: the plain settings by key, and the names of all and of those that lie encrypted. */
export interface StackFile {
  readonly plain: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  readonly encrypted: readonly string[];
}

/** The plain settings of a stack that need not be complete. */
export type PresentSettings = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** As Pulumi reads it, a key that names no project is of this one. */
const ownKey = /^(?:dexie-cloud-kit:)?([^:]+)$/;
const fileSchema = z.object({ config: z.record(z.string(), z.unknown()).default({}) });
const shape = "it must have the settings, each with its key, below `config:`";

/** The file of a stack's settings. */
export const stackFile = (stack: string): string => join(root, `Pulumi.${stack}.yaml`);

/** The stacks that have a file in this checkout. */
export async function stackNames(): Promise<string[]> {
  const files = await readdir(root);
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** Reads the file of a stack; undefined when there is none. */
export async function readStackFile(stack: string): Promise<StackFile | undefined> {
  try {
    const text = await readIfThere(stackFile(stack));
    return text === undefined ? undefined : parseStackFile(text);
  } catch (error) {
    throw new KitError("usage", `the settings of stack ${stack} cannot be read`, {
      why: `Pulumi.${stack}.yaml: ${error instanceof Error ? error.message.trimEnd() : String(error)}`,
      next: commandAsTyped(),
    });
  }
}

/** Reads the file of a stack that must be there. */
export async function requireStackFile(stack: string): Promise<StackFile> {
  const file = await readStackFile(stack);
  if (file !== undefined) return file;
  const others = await stackNames();
  throw new KitError("stackNotFound", `there is no stack ${stack}`, {
    why: `Pulumi.${stack}.yaml does not exist; ${others.length > 0 ? `there are ${others.join(", ")}` : "there is no other one either"}`,
    next: stack === "demo" ? "./kit demo" : `./kit init --stack ${stack}`,
  });
}

/** Where a stack runs, as its file says, which need not be right. */
export const targetKind = ({ plain }: StackFile): string | undefined => textAt(plain, "target", "kind");

/** The plain settings of a stack that must be there, checked. */
export async function readSettings(stack: string): Promise<Settings> {
  const { plain, names, encrypted } = await requireStackFile(stack);
  return checkSettings(stack, plain, markingFaults(names, encrypted));
}

/** Checks plain settings. All faults are told at once. */
export function checkSettings(
  stack: string,
  plain: Readonly<Record<string, unknown>>,
  marking: readonly Fault[] = [],
): Settings {
  const faults = [...marking, ...addressFaults(plain)];
  return checked(stack, plainSchema.safeParse(plain, { error: sentence }), faults);
}

/** Checks the plain settings that are there, of a stack that need not be complete. */
export function checkPresent(stack: string, plain: Readonly<Record<string, unknown>>): PresentSettings {
  return checked(stack, plainSchema.partial().safeParse(plain, { error: sentence }));
}

function checked<T>(stack: string, parsed: z.ZodSafeParseResult<T>, marking: readonly Fault[] = []): T {
  const told = parsed.success ? [] : faultsOf(parsed.error.issues);
  // What lies encrypted cannot be read here, and is not missing.
  const isMarked = ({ key }: Fault) => marking.some((fault) => fault.key === key);
  const faults = [...stackFaults(stack), ...marking, ...told.filter((fault) => !isMarked(fault))];
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new KitError("usage", `the settings of stack ${stack} are not right`, {
    why: [...faults.map(describeFault), `Correct them in Pulumi.${stack}.yaml.`].join("\n        "),
    next: commandAsTyped(),
  });
}

/** What the text of a stack file holds. Encrypted values are left out. */
export function parseStackFile(text: string): StackFile {
  const file = fileSchema.safeParse(parse(text) ?? {});
  if (!file.success) throw new Error(shape);
  const own = Object.entries(file.data.config).flatMap(([key, value]) => {
    const name = ownKey.exec(key)?.[1];
    return name === undefined ? [] : [[name, value] as const];
  });
  const plain = own.filter(([, value]) => !isEncrypted(value));
  return {
    plain: Object.fromEntries(plain.map(([key, value]) => [key, structured(value)])),
    names: own.map(([key]) => key),
    encrypted: own.filter(([, value]) => isEncrypted(value)).map(([key]) => key),
  };
}

/** Pulumi encrypts a value as a whole, or with `--path` a part of it. */
const isEncrypted = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).some(([key, member]) => key === "secure" || isEncrypted(member));

/** `pulumi config set` stores objects as JSON in a text. */
function structured(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
