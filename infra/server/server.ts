import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { fingerprint } from "../fingerprint.ts";
import { labels } from "../naming.ts";
import { policyPeers, type Dns } from "../peers.ts";
import { egressTo, environment } from "./environment.ts";

export interface ServerArgs {
  readonly namespace: pulumi.Input<string>;
  readonly databaseNamespace: string;
  readonly image: string;
  /** Public address. */
  readonly url: string;
  readonly replicas: number;
  readonly logLevel: string;
  readonly owners: readonly string[];
  /** Where mails with one-time passwords go. */
  readonly mailer: { readonly webhook: pulumi.Output<string>; readonly port: number } | undefined;
  readonly resources: object;
  readonly pullSecrets: readonly pulumi.Input<string>[];
  readonly dns: Dns;
  /** Who may connect, as peers of a NetworkPolicy. */
  readonly clients: readonly object[];
  readonly secret: pulumi.Output<string>;
  readonly databasePassword: pulumi.Output<string>;
  /** Authority that signed the database's certificate. */
  readonly databaseCa: pulumi.Output<string>;
}

const port = 8080;

/** The Dexie Cloud Server, and the job that makes its tables. */
export class Server extends pulumi.ComponentResource {
  /** `host:port` of the server inside its namespace. */
  readonly address = `server:${port}`;
  /** Its pods, as a NetworkPolicy names them. */
  readonly pods = {
    labels: { "app.kubernetes.io/name": "dexie-cloud-server", "app.kubernetes.io/component": "server" },
    port,
  };

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:server:Server", name, {}, opts);
    const secret = (object: string, stringData: Record<string, pulumi.Input<string>>) =>
      new k8s.core.v1.Secret(
        `${name}-${object}`,
        { metadata: { name: object, namespace: args.namespace, labels: labels("server") }, stringData },
        { parent: this },
      ).metadata.name;

    const connection = pulumi.interpolate`postgres://dexie_cloud:${args.databasePassword.apply(encodeURIComponent)}@postgres.${args.databaseNamespace}.svc:5432/dexie_cloud?sslmode=verify-full&sslrootcert=/etc/dexie-cloud/ca/ca.crt`;
    const { mailer } = args;
    const mailing = mailer && { DXC_MAILER_WEBHOOK: mailer.webhook };
    const config = secret("server-config", {
      DXC_SECRET: args.secret,
      DEXIE_CLOUD: connection,
      ...mailing,
    });
    const ca = secret("database-ca", { "ca.crt": args.databaseCa });

    new k8s.helm.v4.Chart(
      name,
      {
        chart: join(import.meta.dirname, "../../charts/dexie-cloud-server"),
        name: "server",
        namespace: args.namespace,
        values: {
          image: args.image,
          imagePullSecrets: [...args.pullSecrets],
          replicas: args.replicas,
          settings: environment(args),
          secrets: { config, settings: Object.keys(mailing ?? {}), databaseCa: ca },
          podAnnotations: {
            "checksum/secrets": fingerprint(args.secret, [
              connection,
              args.databaseCa,
              ...Object.values(mailing ?? {}),
            ]),
          },
          network: {
            clients: args.clients,
            database: policyPeers([
              { namespace: args.databaseNamespace, labels: { "app.kubernetes.io/name": "postgres" } },
            ]),
            dns: policyPeers(args.dns.servers),
            dnsPort: args.dns.port,
            egress: mailer === undefined ? [] : [egressTo(mailer.port)],
          },
          resources: args.resources,
        },
      },
      // Its job needs the database, so it starts when that is ready.
      { parent: this, dependsOn: opts?.dependsOn ?? [] },
    );

    this.registerOutputs({});
  }
}
