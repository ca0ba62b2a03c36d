import * as pulumi from "@pulumi/pulumi";
import { Backups } from "./backups/backups.ts";
import { readConfig } from "./config.ts";
import { connectionsFor } from "./database/connections.ts";
import { Database } from "./database/database.ts";
import { Exposure } from "./exposure/exposure.ts";
import { serverClients } from "./exposure/network.ts";
import { Keys } from "./keys/keys.ts";
import { namesOf } from "./naming.ts";
import { IsolatedNamespace } from "./namespaces/namespace.ts";
import { Server } from "./server/server.ts";
import { mostReplicas } from "./settings/schema.ts";
import { connect } from "./target/connect.ts";
import { webHost } from "./web-host.ts";
import { webPort } from "./web-port.ts";

const { stack, settings, credentials, certificates, registry, mailer, kekIdentity } = readConfig();
const { images, protection } = settings;
const names = namesOf(stack);
const { provider, storageClass, outsideService, dns } = connect(settings.target);
const inCluster = { provider };

const databaseNamespace = new IsolatedNamespace(
  "database-namespace",
  { name: names.databaseNamespace, component: "database", protection, registry },
  inCluster,
);
const serverNamespace = new IsolatedNamespace(
  "server-namespace",
  { name: names.serverNamespace, component: "server", protection: false, registry },
  inCluster,
);

const keys = new Keys(
  "keys",
  {
    namespace: databaseNamespace.name,
    recipient: settings.keys.age.recipient,
    escrow: settings.keys.escrow,
    identity: kekIdentity,
    protection,
  },
  inCluster,
);

const backups = new Backups(
  "backups",
  { namespace: databaseNamespace.name, size: settings.backups.repository.size, storageClass, protection },
  inCluster,
);

const database = new Database(
  "database",
  {
    namespace: databaseNamespace.name,
    image: images.postgres,
    pullSecrets: databaseNamespace.pullSecrets,
    dns,
    // One number for every replica count: another one restarts the database, and a restore could need the former one.
    connections: connectionsFor(mostReplicas),
    storage: settings.database.storage,
    storageClass,
    protection,
    clientNamespace: names.serverNamespace,
    resources: settings.database.resources,
    backups: { ...settings.backups, claim: backups.claim },
    keys: { secret: keys.secret, recipients: keys.recipients, identity: kekIdentity },
    credentials,
    certificates,
  },
  inCluster,
);

const server = new Server(
  "server",
  {
    namespace: serverNamespace.name,
    databaseNamespace: names.databaseNamespace,
    image: images.server,
    pullSecrets: serverNamespace.pullSecrets,
    dns,
    url: settings.server.url,
    replicas: settings.server.replicas,
    logLevel: settings.server.logLevel,
    owners: settings.server.owners,
    mailer,
    resources: settings.server.resources,
    clients: serverClients(settings.exposure.kind === "edge" ? undefined : settings.exposure.clients),
    secret: credentials.serverSecret,
    databasePassword: credentials.ownerPassword,
    databaseCa: certificates.ca,
  },
  { ...inCluster, dependsOn: [database] },
);

new Exposure(
  "exposure",
  {
    namespace: serverNamespace.name,
    how: settings.exposure,
    host: webHost(settings.server.url),
    port: webPort(settings.server.url),
    backend: server.address,
    backendPods: server.pods,
    certificate: certificates.edge,
    edgeImage: images.edge,
    pullSecrets: serverNamespace.pullSecrets,
    dns,
    outsideService,
  },
  // The proxy looks the server's address up when it starts.
  { ...inCluster, dependsOn: [server] },
);

/** Where clients connect. */
export const url = settings.server.url;
/** Namespaces of the stack. */
export const namespaces = { server: names.serverNamespace, database: names.databaseNamespace };
/** Authority that signed the stack's own certificates, PEM. */
export const certificateAuthority = pulumi.unsecret(certificates.ca);
/** Whom the data key of the backups is wrapped for. */
export const recipients = { kek: settings.keys.age.recipient, escrow: settings.keys.escrow };
/** What runs. */
export const runs = images;
