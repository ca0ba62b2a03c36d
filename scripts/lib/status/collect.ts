import { X509Certificate } from "node:crypto";
import * as z from "zod";
import type { Settings } from "../../../infra/settings/schema.ts";
import type { Cluster } from "../backups/cluster.ts";
import { databaseAnswers } from "../backups/inspect.ts";
import { parseReport } from "../backups/jobs.ts";
import { inDatabase, kubectl } from "../backups/kubectl.ts";
import { parseInspection, type Repository } from "../backups/repository.ts";
import { serviceOf } from "../backups/service.ts";
import { restorableWindow } from "../backups/window.ts";
import { compareRecipients } from "../keys/status.ts";
import { findPlugins, standInsAmong } from "../pulumi/index.ts";
import { isIssuedByKit } from "../stack/authority.ts";
import { tool } from "../tools/index.ts";
import type { BackupFacts, CertificateEnd, Facts, Part, Schedule } from "./facts.ts";

/** Gathers what is known about a stack. Changes nothing. */
export async function collectFacts(cluster: Cluster, settings: Settings): Promise<Facts> {
  const { databaseNamespace, serverNamespace } = cluster;
  const [database, server, certificates, repository, standIns] = await Promise.all([
    readWorkloads(cluster, databaseNamespace),
    readWorkloads(cluster, serverNamespace),
    readCertificates(cluster),
    readRepository(cluster),
    standInsInUse(),
  ]);
  const expected = ["postgres", "server", ...(settings.exposure.kind === "edge" ? ["edge"] : [])];
  const workloads = [...database, ...server];
  return {
    stack: cluster.stack,
    url: settings.server.url,
    parts: expected.map((name) => partOf(workloads, name)),
    restore: database.map(restoreOf).find((restore) => restore !== undefined),
    schedules: workloads.flatMap(scheduleOf),
    certificates,
    backups: repository && backupFacts(repository),
    keys: repository && compareRecipients(repository.key, recipientsIn(settings)),
    standIns,
  };
}

const time = z
  .string()
  .transform((text) => new Date(text))
  .optional();

const workloadSchema = z.object({
  kind: z.enum(["Deployment", "StatefulSet", "CronJob"]),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    replicas: z.number().optional(),
    schedule: z.string().optional(),
    timeZone: z.string().optional(),
    suspend: z.boolean().optional(),
  }),
  status: z
    .object({ readyReplicas: z.number().optional(), lastScheduleTime: time, lastSuccessfulTime: time })
    .default({}),
});

type Workload = z.output<typeof workloadSchema>;

async function readWorkloads(cluster: Cluster, namespace: string): Promise<Workload[]> {
  const json = await kubectl(cluster, [
    ...["get", "deployments,statefulsets,cronjobs", "-n", namespace, "-o", "json"],
  ]);
  return z.object({ items: z.array(workloadSchema) }).parse(JSON.parse(json)).items;
}

function partOf(workloads: readonly Workload[], name: string): Part {
  const found = workloads.find(({ kind, metadata }) => kind !== "CronJob" && metadata.name === name);
  return { name, ready: found?.status.readyReplicas ?? 0, wanted: found?.spec.replicas ?? 0 };
}

/** The CronJobs `inspect` and `restore` are shapes of jobs: they are suspended for ever. */
function scheduleOf({ kind, metadata: { name }, spec, status }: Workload): Schedule[] {
  if (kind !== "CronJob" || !name.startsWith("backup-")) return [];
  const { schedule: cron = "", timeZone: timezone, suspend: suspended = false } = spec;
  const { lastScheduleTime: lastStarted, lastSuccessfulTime: lastSucceeded } = status;
  return [{ name, cron, timezone, suspended, lastStarted, lastSucceeded }];
}

function restoreOf(workload: Workload): Facts["restore"] {
  const { note, stopped } = serviceOf(workload);
  return note && { at: note.at, stopped };
}

/** The ends of the certificates in the Secrets. Their keys are not read. */
async function readCertificates(cluster: Cluster): Promise<CertificateEnd[]> {
  const format = String.raw`jsonpath={range .items[*]}{.metadata.name}{" "}{.data.tls\.crt}{"\n"}{end}`;
  const read = async (namespace: string) =>
    kubectl(cluster, ["get", "secrets", "-n", namespace, "-o", format]);
  const texts = await Promise.all([read(cluster.serverNamespace), read(cluster.databaseNamespace)]);
  return texts
    .join("")
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([name = "", encoded = ""]) => (encoded === "" ? [] : [certificateEnd(name, encoded)]));
}

function certificateEnd(name: string, encoded: string): CertificateEnd {
  const certificate = Buffer.from(encoded, "base64").toString();
  return { name, end: new X509Certificate(certificate).validToDate, byKit: isIssuedByKit(certificate) };
}

/** What the repository holds, asked in the database's pod, which has it at hand. */
async function readRepository(cluster: Cluster): Promise<Repository | undefined> {
  if (!(await databaseAnswers(cluster))) return undefined;
  const { exitCode, stdout } = await inDatabase(cluster, "postgres-0", ["/opt/kit/bin/inspect"]);
  return exitCode === 0 ? parseInspection(parseReport(stdout)) : undefined;
}

function backupFacts(repository: Repository): BackupFacts {
  const { backups, gaps, newestWal, repositoryFreeBytes } = repository;
  const sound = backups.filter(({ broken }) => !broken);
  return {
    newest: sound.at(-1),
    newestFull: sound.findLast(({ type }) => type === "full"),
    count: backups.length,
    newestWal,
    archivedUntil: restorableWindow(repository)?.to,
    hasGaps: gaps.length > 0,
    broken: backups.length - sound.length,
    roomLeft: repositoryFreeBytes,
  };
}

const recipientsIn = ({ keys }: Settings) => ({
  provider: keys.provider,
  kek: keys.age.recipient,
  escrow: keys.escrow,
});

async function standInsInUse(): Promise<string[]> {
  return standInsAmong(await findPlugins(await tool("pulumi"))).map(({ name }) => name);
}
