import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fingerprint } from "../fingerprint.ts";
import { labels } from "../naming.ts";
import { policyPeers, type Dns } from "../peers.ts";
import { dataVolume } from "../volume.ts";

export interface DatabaseArgs {
  readonly namespace: pulumi.Input<string>;
  readonly image: string;
  /** Size of the data volume. It can grow in place and cannot shrink. */
  readonly storage: string;
  readonly storageClass: string | undefined;
  readonly protection: boolean;
  readonly pullSecrets: readonly pulumi.Input<string>[];
  readonly dns: Dns;
  /** How many connections there is room for. */
  readonly connections: number;
  /** Namespace of the only pods that may connect. */
  readonly clientNamespace: string;
  readonly resources: object;
  readonly backups: {
    readonly schedule: { readonly full: string; readonly incremental: string };
    readonly timezone: string;
    readonly retention: { readonly full: number };
    /** Claim of the repository volume. */
    readonly claim: pulumi.Input<string>;
  };
  readonly keys: {
    /** Secret with the identity of the key-encryption key. */
    readonly secret: pulumi.Input<string>;
    readonly recipients: pulumi.Input<string>;
    /** Changes with the identity. */
    readonly identity: pulumi.Output<string>;
  };
  readonly credentials: pulumi.Output<{
    readonly superuserPassword: string;
    readonly ownerPassword: string;
  }>;
  readonly certificates: pulumi.Output<{
    readonly ca: string;
    readonly postgres: KeyPair;
    readonly backup: KeyPair;
  }>;
}

interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** PostgreSQL with its volume, its logins and its continuous archive. */
export class Database extends pulumi.ComponentResource {
  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:database:Database", name, {}, opts);
    const { credentials, certificates, backups, keys } = args;
    const secret = (object: string, stringData: Record<string, pulumi.Input<string>>) =>
      new k8s.core.v1.Secret(
        `${name}-${object}`,
        { metadata: { name: object, namespace: args.namespace, labels: labels("postgres") }, stringData },
        { parent: this },
      ).metadata.name;
    const keyPair = (pair: pulumi.Output<KeyPair>) => ({
      "tls.crt": pair.certificate,
      "tls.key": pair.key,
      "ca.crt": certificates.ca,
    });

    const logins = secret("postgres-credentials", {
      "superuser-password": credentials.superuserPassword,
      "owner-password": credentials.ownerPassword,
    });
    const tls = secret("postgres-tls", keyPair(certificates.postgres));
    const backupTls = secret("backup-tls", keyPair(certificates.backup));
    const data = dataVolume(
      `${name}-data`,
      { ...args, claim: "data-postgres-0", size: args.storage, component: "postgres" },
      this,
    );
    // Passwords are not among it: the pod's keeper follows them.
    const readAtStart = fingerprint(certificates.postgres.key, [
      certificates.postgres.certificate,
      certificates.ca,
      keys.identity,
    ]);

    new k8s.helm.v4.Chart(
      name,
      {
        chart: join(import.meta.dirname, "../../charts/postgres"),
        name: "postgres",
        namespace: args.namespace,
        values: {
          image: args.image,
          imagePullSecrets: [...args.pullSecrets],
          data: { existingClaim: data.metadata.name },
          repository: { existingClaim: backups.claim },
          secrets: { credentials: logins, tls, backupTls, kek: keys.secret, recipients: keys.recipients },
          backups: {
            schedule: backups.schedule,
            timezone: backups.timezone,
            retention: backups.retention,
          },
          settings: { max_connections: args.connections },
          network: { dns: policyPeers(args.dns.servers), dnsPort: args.dns.port },
          clients: policyPeers([
            { namespace: args.clientNamespace, labels: { "app.kubernetes.io/name": "dexie-cloud-server" } },
          ]),
          podAnnotations: { "checksum/secrets": readAtStart },
          resources: { postgres: args.resources },
        },
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}
