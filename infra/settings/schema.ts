import { z } from "zod";
import { isAgeRecipient } from "../age.ts";
import * as check from "./checks.ts";

const text = (is: (value: string) => boolean, must: string) => z.string().refine(is, { error: must });
const filled = (must: string) => text((value) => value.trim() !== "", must);
const absolutePath = text((value) => value.startsWith("/"), "must be an absolute path");
const size = text(check.isSize, "must be an amount above zero with its unit");
const cpu = text(check.isCpu, "must be an amount of processors above zero");
const count = (least: number, most: number) =>
  z
    .int({ error: `must be a whole number` })
    .min(least, `must be ${least} or more`)
    .max(most, `must be ${most} or less`);
const dnsLabel = text(
  (value) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value),
  "must be lower-case letters, digits and hyphens",
);

const image = (description: string, name: string) =>
  text(check.isPinnedImage, "must name the image by its digest").meta({
    description,
    examples: [`registry.example.com/dexie/${name}@sha256:${"0123456789abcdef".repeat(4)}`],
  });

const amounts = z
  .strictObject({
    cpu: cpu.optional().meta({ description: "Processors.", examples: ["500m"] }),
    memory: size.optional().meta({ description: "Memory.", examples: ["512Mi"] }),
  })
  .readonly();

const resources = z
  .strictObject({
    requests: amounts.optional().meta({ description: "What a node must have free for it." }),
    limits: amounts.optional().meta({ description: "What it gets at most." }),
  })
  .readonly()
  .optional()
  .meta({
    description: "Requests and limits of each pod. The chart's own when not set.",
    examples: [{ requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } }],
  });

const target = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z
        .literal("local")
        .meta({ description: "The one-node Kubernetes that `./kit local` starts on this Linux machine." }),
      kubeconfig: absolutePath.meta({
        description: "Path of the node's kubeconfig.",
        examples: ["/var/lib/dexie-cloud-kit/local/kubeconfig"],
      }),
    }),
    z.strictObject({
      kind: z.literal("kubernetes").meta({ description: "Your own cluster." }),
      kubeconfig: absolutePath.meta({
        description: "Path of a kubeconfig.",
        examples: ["/home/ops/.kube/config"],
      }),
      context: filled("must name a context of the kubeconfig").meta({
        description: "Context of the kubeconfig. Never taken from what happens to be current.",
        examples: ["production"],
      }),
      storageClass: dnsLabel.optional().meta({
        description:
          "StorageClass of all volumes; the cluster's default when not set. Changing it would replace the volumes, which protection refuses.",
        examples: ["fast-encrypted"],
      }),
    }),
  ])
  .readonly()
  .meta({ description: "Where the stack runs." });

const images = z
  .strictObject({
    server: image("The server.", "server"),
    postgres: image("PostgreSQL with pgBackRest.", "postgres"),
    edge: image("HAProxy. Used by the exposure kind `edge` only.", "edge"),
  })
  .readonly()
  .meta({ description: "Images, each by digest, so that what was tested is what runs." });

const server = z
  .strictObject({
    artifact: z.literal("evaluation").meta({
      description: "What is deployed. Here the evaluation server of the kit.",
      examples: ["evaluation"],
    }),
    url: text(check.isPublicOrigin, "must be an https address without path (http only on this machine)").meta(
      {
        description: "The public address of the server.",
        examples: ["https://dexie.example.com"],
      },
    ),
    replicas: count(1, 50).meta({ description: "How many pods serve.", examples: [2] }),
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
    oneTimePasswords: z
      .strictObject({
        webhook: text(check.isWebAddress, "must be an http or https address").meta({
          description: "Gets each mail as a JSON POST. The pods may connect to its port, wherever it is.",
          examples: ["https://mailer.example.com/send"],
        }),
      })
      .readonly()
      .optional()
      .meta({
        description: "How one-time passwords are sent. Without it nobody can log in by mail.",
        examples: [{ webhook: "https://mailer.example.com/send" }],
      }),
    resources,
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
    resources,
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

const controllerNamespace = dnsLabel.meta({
  description: "Namespace of the controller's pods. Only they may reach the server.",
  examples: ["ingress-nginx"],
});

const exposure = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("edge").meta({ description: "A small proxy of the kit (HAProxy) that ends TLS." }),
      nodePort: count(30000, 32767)
        .optional()
        .meta({
          description:
            "Port on every node. Without it the edge gets a load balancer, or on `local` any free port.",
          examples: [30443],
        }),
    }),
    z.strictObject({
      kind: z.literal("ingress").meta({ description: "An Ingress for a controller that you run." }),
      className: dnsLabel.meta({ description: "IngressClass.", examples: ["nginx"] }),
      namespace: controllerNamespace,
    }),
    z.strictObject({
      kind: z
        .literal("gateway")
        .meta({ description: "A Gateway and an HTTPRoute (Gateway API) for a controller that you run." }),
      className: dnsLabel.meta({ description: "GatewayClass.", examples: ["envoy"] }),
      namespace: controllerNamespace,
    }),
  ])
  .readonly()
  .meta({ description: "How clients reach the server. TLS ends there, with `certificates.edge`." });

const protection = z
  .boolean()
  .default(true)
  .meta({
    description:
      "Locks what holds data (the database's namespace and both volumes) against deletion and replacement, and the recipients of the data key against change. To let go: set it to false, `pulumi up`, then `pulumi destroy`.",
    examples: [true],
  });

const password = z
  .string()
  .min(32, "must have 32 characters or more")
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");

const credentials = z
  .strictObject({
    serverSecret: password.meta({ description: "Signs access tokens; who has it can be any user." }),
    superuserPassword: password.meta({ description: "Password of the role `postgres`." }),
    ownerPassword: password.meta({ description: "Password of the role `dexie_cloud`." }),
  })
  .readonly()
  .meta({ description: "Made by `./kit init`. Must be encrypted." });

const certificate = text(check.isCertificate, "must be a certificate in PEM");
const privateKey = text(check.isPrivateKey, "must be a private key in PEM without a passphrase");

const keyPair = (description: string) =>
  z
    .strictObject({
      certificate: certificate.meta({ description: "The certificate, with its chain, in PEM." }),
      key: privateKey.meta({ description: "Its private key in PEM." }),
    })
    .readonly()
    .refine((pair) => check.belongTogether(pair.certificate, pair.key), {
      path: ["key"],
      error: "must be the private key of the certificate",
    })
    .meta({ description });

const certificates = z
  .strictObject({
    ca: certificate.meta({ description: "Authority of `postgres` and `backup`, in PEM." }),
    postgres: keyPair("PostgreSQL's own, valid for `postgres.<stack>-database.svc`."),
    backup: keyPair("The backup client's own, with the common name `backup`."),
    edge: keyPair("What clients see, valid for the host of `server.url`."),
  })
  .readonly()
  .meta({
    description: "Made by `./kit init`; `edge` can be replaced by one of your own. Must be encrypted.",
  });

/** The keys that must be encrypted in the stack file. */
export const secretKeys = ["credentials", "certificates"] as const;

/** All configuration keys of a stack. */
export const schema = z.strictObject({
  target,
  images,
  server,
  database,
  keys,
  backups,
  exposure,
  protection,
  credentials,
  certificates,
});

export type Configuration = z.output<typeof schema>;
/** What may be shown. */
export type Settings = Omit<Configuration, (typeof secretKeys)[number]>;
/** What may not. */
export type Secrets = Pick<Configuration, (typeof secretKeys)[number]>;
