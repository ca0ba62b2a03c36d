import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../naming.ts";

export interface KeysArgs {
  readonly namespace: pulumi.Input<string>;
  /** Recipient of the key-encryption key. */
  readonly recipient: string;
  /** Offline recipients, at least two. */
  readonly escrow: readonly string[];
  /** Identities of the key-encryption key, as in an age identity file. */
  readonly identity: pulumi.Output<string>;
  readonly protection: boolean;
}

/** The customer's key-encryption key, and for whom the data key is wrapped. */
export class Keys extends pulumi.ComponentResource {
  /** Secret with the identity. */
  readonly secret: pulumi.Output<string>;
  /** ConfigMap with `recipients.json`. */
  readonly recipients: pulumi.Output<string>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:keys:Keys", name, {}, opts);
    const inNamespace = (object: string) => ({
      name: object,
      namespace: args.namespace,
      labels: labels("keys"),
    });

    const recipients = new k8s.core.v1.ConfigMap(
      `${name}-recipients`,
      {
        metadata: inNamespace("kek-recipients"),
        data: {
          "recipients.json": JSON.stringify({
            provider: "age",
            kek: args.recipient,
            escrow: args.escrow,
          }),
        },
      },
      // The data key was wrapped for these once. Other ones would not open it, and the database would not start again.
      { parent: this, protect: args.protection, replaceOnChanges: ["data"] },
    );

    const secret = new k8s.core.v1.Secret(
      `${name}-kek`,
      { metadata: inNamespace("kek"), stringData: { identity: args.identity } },
      { parent: this, dependsOn: [recipients] },
    );

    this.secret = secret.metadata.name;
    this.recipients = recipients.metadata.name;
    this.registerOutputs({ secret: this.secret, recipients: this.recipients });
  }
}
