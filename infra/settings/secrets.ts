import { z } from "zod";
import { isRegistryLogin, isWebAddress } from "./checks.ts";
import { text } from "./fields.ts";
import * as x509 from "./x509.ts";

/** Instead of an example, where an example would be taken for a secret: how to get one. */
const made = {
  password: { hint: "such as openssl rand -hex 32 prints" },
  certificate: { hint: "such as -----BEGIN CERTIFICATE-----… of your own, or what ./kit init makes" },
  key: { hint: "such as -----BEGIN PRIVATE KEY-----… of your own, or what ./kit init makes" },
  byKit: { hint: "such as ./kit init makes" },
} as const;

const password = z
  .string()
  .min(32, "must have 32 characters or more")
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");

export const credentials = z
  .strictObject({
    serverSecret: password.meta({
      description: "Signs access tokens; who has it can be any user.",
      ...made.password,
    }),
    superuserPassword: password.meta({ description: "Password of the role `postgres`.", ...made.password }),
    ownerPassword: password.meta({ description: "Password of the role `dexie_cloud`.", ...made.password }),
  })
  .readonly()
  .meta({ description: "Made by `./kit init`. Must be encrypted.", ...made.byKit });

const certificate = text(x509.isCertificate, "must be a certificate in PEM");
const privateKey = text(x509.isPrivateKey, "must be a private key in PEM without a passphrase");

const keyPair = (description: string) =>
  z
    .strictObject({
      certificate: certificate.meta({
        description: "The certificate, with its chain, in PEM.",
        ...made.certificate,
      }),
      key: privateKey.meta({ description: "Its private key in PEM.", ...made.key }),
    })
    .readonly()
    .refine((pair) => x509.belongTogether(pair.certificate, pair.key), {
      path: ["key"],
      error: "must be the private key of the certificate",
    })
    .meta({ description, ...made.byKit });

export const certificates = z
  .strictObject({
    ca: certificate.meta({
      description: "Authority of `postgres` and `backup`, in PEM.",
      ...made.certificate,
    }),
    postgres: keyPair("PostgreSQL's own, issued by `ca` and valid for `postgres.<stack>-database.svc`."),
    backup: keyPair("The backup client's own, issued by `ca` and with the common name `backup`."),
    edge: keyPair("What clients see, valid for the host of `server.url`. Anybody may have issued it."),
  })
  .readonly()
  .meta({
    description: "Made by `./kit init`; `edge` can be replaced by one of your own. Must be encrypted.",
    ...made.byKit,
  });

export const registry = z
  .object({
    auths: z
      .record(z.string(), z.looseObject({}))
      .refine((logins) => Object.keys(logins).length > 0, { error: "must name a registry" })
      .refine((logins) => Object.values(logins).every(isRegistryLogin), {
        error:
          "must hold `auth`, or username and password, for each registry; a credential helper keeps them elsewhere",
      })
      .meta({
        description:
          'Login by registry, as the file `config.json` of Docker and Podman has it: `{"registry.example.com": {"auth": …}}`.',
        hint: 'such as {"registry.example.com":{"auth":…}}',
      }),
  })
  .readonly()
  .optional()
  .meta({
    description:
      "How the cluster logs in to the registry of `images`, where that asks for it. A `config.json` as it is will do. Must be encrypted.",
    hint: "such as ~/.docker/config.json holds",
  });

export const oneTimePasswords = z
  .strictObject({
    webhook: text(isWebAddress, "must be an http or https address").meta({
      description:
        "Gets each mail as a JSON POST. The pods may connect to its port, wherever it is; where a Service of the cluster has it, its pods must listen on the same port.",
      hint: "such as https://mailer.example.com/send?token=…",
    }),
  })
  .readonly()
  .optional()
  .meta({
    description:
      "How one-time passwords are sent. Without it nobody can log in by mail. Must be encrypted, since who knows such an address can mostly send mails.",
    hint: 'such as {"webhook":"https://mailer.example.com/send?token=…"}',
  });

/** The keys that must be encrypted in the stack file. */
export const secretKeys = ["credentials", "certificates", "registry", "oneTimePasswords"] as const;
