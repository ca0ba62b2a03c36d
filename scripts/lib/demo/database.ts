import type { Cluster } from "../backups/cluster.ts";
import { inDatabase } from "../backups/kubectl.ts";
import { KitError } from "../errors.ts";

/** Where the evaluation server keeps the objects of its clients. */
const objects = "dexie_cloud.objects";

/** Runs SQL in the server's database as its superuser, inside the pod. Returns what it printed. */
async function sql(cluster: Cluster, statement: string): Promise<string> {
  const program = '. /opt/kit/lib/common.sh; database=$owner sql --command "$0"';
  const { exitCode, stdout, stderr } = await inDatabase(cluster, "postgres-0", [
    ...["bash", "-c", program, statement],
  ]);
  if (exitCode === 0) return stdout.trim();
  throw new KitError("failed", "PostgreSQL refused a statement of the demo", {
    why: stderr.trim(),
    next: `./kit status --stack ${cluster.stack}`,
  });
}

/** How many to-do items of a user the database holds; undefined when their table is gone. */
export async function countItems(cluster: Cluster, user: string): Promise<number | undefined> {
  const isThere = await sql(cluster, `SELECT to_regclass('${objects}') IS NOT NULL`);
  if (isThere !== "t") return undefined;
  const where = `database_id = 'zdemo' AND table_name = 'items' AND realm = '${user}'`;
  return Number(await sql(cluster, `SELECT count(*) FROM ${objects} WHERE ${where}`));
}

/** The database's present moment, RFC 3339. Everything that is committed by now lies before it. */
export async function presentMoment(cluster: Cluster): Promise<string> {
  const format = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  return sql(cluster, `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', '${format}')`);
}

/** Loses, on purpose, the table with everything that clients ever wrote. */
export async function dropObjects(cluster: Cluster): Promise<void> {
  await sql(cluster, `DROP TABLE ${objects} CASCADE`);
}
