import { z } from "zod";
import { isAgeRecipient } from "../age.ts";
import * as check from "./checks.ts";
import { absolutePath, count, resources, size, text } from "./fields.ts";
import { exposure, target } from "./places.ts";
import * as secrets from "./secrets.ts";

const image = (description: string, name: string) =>
  text(check.isPinnedImage, "must name the image by its digest").meta({
    description,
    examples: [`registry.example.com/dexie/${name}@sha256:${"0123456789abcdef".repeat(4)}`],
  });

const images = z
  .strictObject({
    server: image("The server.", "server"),
    postgres: image("PostgreSQL with pgBackRest.", "postgres"),
    edge: image("HAProxy. Used by the exposure kind `edge` only.", "edge"),
  })
  .readonly()
  .meta({ description: "Images, each by digest, so that what was tested is what runs." });

/** The database has room for the connections of so many. */
export const mostReplicas = 50;

const server = z
  .strictObject({
    artifact: z.literal("evaluation").meta({
      description: "What is deployed. Here the evaluation server of the kit.",
      examples: ["evaluation"],
    }),
    url: text(check.isPublicOrigin, "must be an https address without path").meta({
      description: "The public address of the server. The edge and the Gateway listen on its port.",
      examples: ["https://dexie.example.com"],
    }),
    replicas: count(1, mostReplicas).meta({ description: "How many pods serve.", examples: [2] }),
    logLevel: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
      .default("info")
      .meta({ description: "The least severe log line that is written.", examples: ["info"] }),
    owners: z
      .array(z.email({ error: "must be an e-mail address" }))
      .readonly()
      .default([])
      .meta({
        description: "Who may create databases with the `dexie-cloud` command line client.",
        examples: [["ops@example.com"]],
      }),
    resources: resources({ cpu: "100m", memory: "128Mi" }, { memory: "512Mi" }),
  })
  .readonly()
  .meta({ description: "The server." });

const database = z
  .strictObject({
    kind: z
      .literal("in-cluster")
      .meta({ description: "PostgreSQL run by the kit in the cluster.", examples: ["in-cluster"] }),
    instances: z
      .literal(1)
      .meta({ description: "Members of the database cluster. Only one in this version.", examples: [1] }),
    storage: size.meta({
      description:
        "Size of the database volume. It can grow where the storage class allows it, and cannot shrink. A restore needs room for a second copy of the database in it.",
      examples: ["10Gi"],
    }),
    resources: resources({ cpu: "100m", memory: "256Mi" }, { memory: "1Gi" }),
  })
  .readonly()
  .meta({ description: "PostgreSQL." });

const recipient = text(isAgeRecipient, "must be an age recipient without a typing error");
export const exampleRecipients = [
  "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z",
  "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
] as const;

const keys = z
  .strictObject({
    provider: z.literal("age").meta({ description: "Who holds the key-encryption key.", examples: ["age"] }),
    age: z
      .strictObject({
        identityFile: absolutePath.meta({
          description: "File with the age identity that you hold. It is read when the stack is brought up.",
          examples: ["/etc/dexie-cloud-kit/kek.txt"],
        }),
        recipient: recipient.meta({
          description: "The identity's public recipient. Another identity in the file is refused.",
          examples: [exampleRecipients[0]],
        }),
      })
      .readonly()
      .meta({ description: "The key-encryption key." }),
    escrow: z
      .array(recipient.meta({ examples: [exampleRecipients[0]] }), {
        error: "must be a list of age recipients",
      })
      .min(2, "must have two or more recipients, held apart and offline")
      .refine((list) => new Set(list).size === list.length, { error: "must not name a recipient twice" })
      .readonly()
      .meta({
        description: "Offline recipients for the day when cluster and key are gone. Two or more.",
        examples: [[...exampleRecipients]],
      }),
  })
  .readonly()
  .refine(({ age, escrow }) => !escrow.includes(age.recipient), {
    path: ["escrow"],
    error: "must not name the key-encryption key itself: it would be lost together with it",
  })
  .meta({ description: "Your keys. No stack is deployed without them." });

const schedule = text(check.isCron, "must be a cron expression of five fields");

const backups = z
  .strictObject({
    schedule: z
      .strictObject({
        full: schedule.meta({ description: "When full backups are made.", examples: ["0 2 * * 0"] }),
        incremental: schedule.meta({
          description: "When incremental backups are made.",
          examples: ["30 * * * *"],
        }),
      })
      .readonly()
      .meta({ description: "Cron expressions of five fields." }),
    timezone: text(check.isTimezone, "must be a name of the IANA time zone database")
      .default("Etc/UTC")
      .meta({ description: "Time zone of the schedule.", examples: ["Europe/Stockholm"] }),
    retention: z
      .strictObject({
        full: count(1, 1000).meta({
          description: "How many full backups are kept; WAL is kept as far back as the oldest of them.",
          examples: [4],
        }),
      })
      .readonly()
      .meta({ description: "What is kept." }),
    repository: z
      .strictObject({
        kind: z.literal("volume").meta({
          description: "A volume of the cluster. Encrypted by the kit before it is written.",
          examples: ["volume"],
        }),
        size: size.meta({
          description:
            "Size of the volume. It can grow where the storage class allows it, and cannot shrink.",
          examples: ["20Gi"],
        }),
      })
      .readonly()
      .meta({ description: "Where backups lie." }),
  })
  .readonly()
  .meta({ description: "Encrypted backups." });

const protection = z
  .boolean()
  .default(true)
  .meta({
    description:
      "Locks what holds data (the database's namespace and both volumes) against deletion and replacement, and the recipients of the data key against change. To let go: set it to false, `pulumi up`, then `pulumi destroy`.",
    examples: [true],
  });

/** The configuration keys that are no secrets. */
export const plainSchema = z.strictObject({
  target,
  images,
  server,
  database,
  keys,
  backups,
  exposure,
  protection,
});

const secretSchema = z.strictObject({
  credentials: secrets.credentials,
  certificates: secrets.certificates,
  registry: secrets.registry,
  oneTimePasswords: secrets.oneTimePasswords,
});

/** All configuration keys of a stack. */
export const schema = z.strictObject({ ...plainSchema.shape, ...secretSchema.shape });

export type Configuration = z.output<typeof schema>;
/** What may be shown. */
export type Settings = z.output<typeof plainSchema>;
/** What may not. */
export type Secrets = z.output<typeof secretSchema>;
