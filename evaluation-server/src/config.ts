import { readFileSync } from "node:fs";
import { z } from "zod";

const url = (protocol: RegExp) =>
  z.url({ protocol, error: "must be a URL that starts with http:// or https://" });

const emails = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim().toLowerCase()))
  .pipe(z.array(z.email({ error: "must be e-mail addresses separated by commas" })));

const settings = z.object({
  DXC_URL: url(/^https?$/).transform((text) => new URL(text)),
  DXC_SECRET: z.string().min(32, "must have at least 32 characters"),
  DEXIE_CLOUD: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must be a connection string that starts with postgres://"),
  PORT: z.coerce.number({ error: "must be a number" }).int().min(0).max(65535).default(8080),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "must be one of fatal, error, warn, info, debug, trace, silent",
    })
    .default("info"),
  DXC_MAILER_WEBHOOK: url(/^https?$/).optional(),
  DXC_OWNERS: emails.default([]),
});

type Key = keyof z.input<typeof settings>;

const keys = Object.keys(settings.shape) as Key[];

export interface Config {
  /** The address by which clients reach this server. */
  readonly publicUrl: URL;
  /** Signs access tokens; who has it can be any user. */
  readonly secret: string;
  /** PostgreSQL connection string. */
  readonly database: string;
  readonly port: number;
  readonly logLevel: string;
  /** Gets the mails with one-time passwords. Without it nobody can log in by mail. */
  readonly mailer: string | undefined;
  /** E-mail addresses that may create databases and connect the command line client to them. */
  readonly owners: readonly string[];
}

export class ConfigError extends Error {
  override name = "ConfigError";
}

/** A setting is the variable `NAME`, or the content of the file that `NAME_FILE` names. */
function read(environment: NodeJS.ProcessEnv, key: Key): string | undefined {
  const file = environment[`${key}_FILE`];
  if (file === undefined) return environment[key];
  if (environment[key] !== undefined) throw new ConfigError(`${key} and ${key}_FILE are both set`);
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ConfigError(`${key}_FILE: cannot read ${file}: ${(error as Error).message}`);
  }
}

/** The settings of the server, or one error that names every faulty key (never its value). */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(
    keys
      .map((key) => [key, read(environment, key)] as const)
      .filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${path[0] as Key}: ${(path[0] as Key) in given ? message : "is missing"}`,
    );
    throw new ConfigError([...new Set(faults)].join("\n"));
  }
  const { data } = parsed;
  return {
    publicUrl: data.DXC_URL,
    secret: data.DXC_SECRET,
    database: data.DEXIE_CLOUD,
    port: data.PORT,
    logLevel: data.LOG_LEVEL,
    mailer: data.DXC_MAILER_WEBHOOK,
    owners: data.DXC_OWNERS,
  };
}
