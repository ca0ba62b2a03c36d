/** A piece of JSON Schema. */
export type Rule = Readonly<Record<string, unknown>>;

const texts: Rule = { type: "array", items: { type: "string", minLength: 1 } };
const objects: Rule = { type: "array", items: { type: "object" } };
const peers: Rule = { type: "array", minItems: 1, items: { type: "object" } };
const whole = (minimum: number, maximum?: number): Rule => ({
  type: "integer",
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const port = whole(1, 65535);
const name: Rule = { type: "string", minLength: 1 };
const size: Rule = { type: "string", pattern: "^[0-9]+([.][0-9]+)?([kMGTP]|[KMGTP]i)$" };
const scalars: Rule = { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } };
const amounts: Rule = { type: "object", additionalProperties: { type: ["string", "number"] } };
const resources: Rule = {
  type: "object",
  additionalProperties: false,
  properties: { requests: amounts, limits: amounts },
};
const annotations: Rule = { type: "object", additionalProperties: { type: "string" } };
const cron: Rule = { type: "string", pattern: "^\\S+( +\\S+){4}$" };
// Empty is the chart's own default, and refused by the chart with a sentence.
const image: Rule = { type: "string", pattern: "^([^@\\s]+@sha256:[0-9a-f]{64})?$" };

const both: Readonly<Record<string, Rule>> = {
  image,
  imagePullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
  imagePullSecrets: texts,
  podAnnotations: annotations,
  settings: scalars,
};

/** What may stand in a chart's values, where the type of the default does not say it. */
export const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  "dexie-cloud-server": {
    ...both,
    replicas: whole(0),
    command: texts,
    initCommand: { ...texts, minItems: 1 },
    "secrets.config": name,
    "secrets.settings": texts,
    "secrets.databaseCa": name,
    "service.port": port,
    "network.clients": peers,
    "network.database": peers,
    "network.databasePort": port,
    "network.dns": peers,
    "network.dnsPort": port,
    "network.egress": objects,
    drainSeconds: whole(0),
    terminationGracePeriodSeconds: whole(1),
    resources,
  },
  postgres: {
    ...both,
    "data.size": size,
    "repository.size": size,
    "secrets.credentials": name,
    "secrets.tls": name,
    "secrets.backupTls": name,
    "secrets.kek": name,
    "secrets.recipients": name,
    "backups.timezone": name,
    "backups.schedule.full": cron,
    "backups.schedule.incremental": cron,
    "backups.retention.full": whole(1),
    "backups.deadlineSeconds": whole(1),
    clients: peers,
    "network.dns": peers,
    "network.dnsPort": port,
    "resources.postgres": resources,
    "resources.helpers": resources,
  },
};
