import { inDatabase } from "../../scripts/lib/backups/kubectl.ts";
import type { Cluster } from "../../scripts/lib/backups/cluster.ts";
import { kubeconfigPath } from "../../scripts/lib/local/index.ts";
import { destroy, letGo, openWorkspace, removeStack, up } from "../../scripts/lib/pulumi/index.ts";
import { Phases, say } from "../../scripts/lib/say.ts";
import { clusterOf } from "../../scripts/lib/stack/cluster.ts";
import { localPhases, prepareLocal } from "../../scripts/lib/stack/local.ts";
import { createTrialStack } from "../../scripts/lib/stack/trial.ts";
import { type Comparison, kit, timed } from "./timing.ts";

const stack = "bench";
const mebibytes = 1100;

/** A full backup and a restore through the kit, against pgBackRest by hand on the same data in the same pod. */
export async function benchBackups(): Promise<readonly Comparison[]> {
  const cluster = await makeStack();
  try {
    return await compare(cluster);
  } finally {
    await removeBench();
  }
}

async function compare(cluster: Cluster): Promise<readonly Comparison[]> {
  say(`writing ${mebibytes} MiB that do not compress well`);
  await inPod(cluster, fill);
  // The first of a kind pays for cold caches, so each is preceded by one that does not count.
  await inPod(cluster, "/opt/kit/bin/backup full");
  const bareBackup = await timed(() => inPod(cluster, "/opt/kit/bin/backup full"));
  const kitBackup = await timed(() => kit("backup", "create", "--type", "full", "--stack", stack));
  const bareRestore = await timed(() => inPod(cluster, restoreByHand));
  const kitRestore = await timed(() => kit("restore", "--yes", "--stack", stack));
  return [
    {
      what: `./kit backup create, ${mebibytes} MiB`,
      kitMs: kitBackup,
      bareMs: bareBackup,
      bare: "pgbackrest backup in the pod",
    },
    {
      what: `./kit restore, ${mebibytes} MiB`,
      kitMs: kitRestore,
      bareMs: bareRestore,
      bare: "pgbackrest restore, start and a query in the pod",
    },
  ];
}

const rowsPerMebibyte = 1024;
const fill = `. /opt/kit/lib/common.sh
database=$owner sql <<'SQL'
CREATE TABLE bench AS
SELECT n, (SELECT string_agg(md5(random()::text || n || part), '') FROM generate_series(1, 30) AS part) AS filling
  FROM generate_series(1, ${mebibytes * rowsPerMebibyte}) AS n;
CHECKPOINT;
SQL`;

const restoreByHand = `. /opt/kit/lib/common.sh
copy=$volume/bench-restore
rm -rf "$copy" && mkdir "$copy"
trap 'rm -rf "$copy"' EXIT
with-data-key pgbackrest --stanza=main --pg1-path="$copy" --type=immediate --target-action=promote \\
  --recovery-option=restore_command='/opt/kit/bin/with-data-key pgbackrest --stanza=main --pg1-path='"$copy"' archive-get %f "%p"' restore
mkdir -p /tmp/bench
postgres -D "$copy" -c "config_file=$server_config/postgresql.conf" -c "hba_file=$server_config/pg_hba.conf" \\
  -c listen_addresses= -c ssl=off -c unix_socket_directories=/tmp/bench -c archive_mode=off >&2 &
socket_dir=/tmp/bench
until [[ $(sql --command 'SELECT pg_is_in_recovery()' 2>/dev/null) == f ]]; do kill -0 $!; sleep 0.1; done
database=$owner sql --command 'SELECT count(*) FROM bench' >&2
pg_ctl stop --pgdata "$copy" --mode fast --wait >&2`;

async function inPod(cluster: Cluster, script: string): Promise<void> {
  const { exitCode, stdout, stderr } = await inDatabase(cluster, "postgres-0", ["bash", "-c", script]);
  if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`);
}

async function makeStack(): Promise<Cluster> {
  const phases = new Phases(localPhases + 1);
  const images = await prepareLocal(phases);
  await createTrialStack(stack, "https://localhost:30444", images);
  const workspace = await openWorkspace(stack);
  await phases.run("pulumi up", (phase) => up(workspace, phase));
  return clusterOf(stack, { kind: "local", kubeconfig: kubeconfigPath });
}

async function removeBench(): Promise<void> {
  const workspace = await openWorkspace(stack);
  await letGo(workspace);
  await new Phases(1).run("remove the bench's stack", (phase) => destroy(workspace, phase));
  await removeStack(workspace);
}
