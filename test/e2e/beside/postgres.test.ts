// The programs of the PostgreSQL image on a cluster and a repository of their own, where things can be broken at will.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { $ } from "zx";
import { buildImages } from "../../../scripts/lib/images/index.ts";
import { runIn, unpack } from "../support/root-fs.ts";

let scratch: string;
const root = () => join(scratch, "root");

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "kit-e2e-postgres-"));
  const [postgres] = await buildImages(["postgres"], { waitingFor: () => undefined, note: () => undefined });
  if (!postgres) throw new Error("No image was built");
  await unpack(postgres, root());
  const owned = ["run/kit/key", "run/postgresql", "repository", "var/lib/postgresql/data"];
  for (const folder of owned) await mkdir(join(root(), folder), { recursive: true });
  const own = `mode=0700,uid=999,gid=999,size=${128 * 1024 * 1024}`;
  await $({ quiet: true })`mount -t tmpfs -o ${own} kit-e2e ${join(root(), "repository")}`;
  await mkdir(join(root(), "repository/keys"));
  await $({
    quiet: true,
  })`chown -R 999:999 ${["run/kit", "run/postgresql", "repository", "var/lib/postgresql/data"].map((folder) => join(root(), folder))}`;
  const { exitCode, stderr } = await runIn(root(), 999, "/usr/bin/bash", "-c", prelude + make);
  expect(exitCode, stderr).toBe(0);
});
afterAll(async () => {
  await $({ quiet: true, nothrow: true })`umount ${join(root(), "repository")}`;
  await rm(scratch, { recursive: true });
});

const prelude = `
  export PATH=/usr/bin:/bin PGBACKREST_REPO1_RETENTION_FULL=2
  . /opt/kit/lib/common.sh
  start() {
    pg_ctl --pgdata "$pgdata" --wait --silent --log /tmp/log start --options "-c config_file=$server_config/postgresql.conf \
      -c hba_file=$server_config/pg_hba.conf -c ssl=off -c listen_addresses= $*"
  }
  stop() { pg_ctl --pgdata "$pgdata" --wait --silent --mode "\${1:-fast}" stop; }
  newest() { find "$archive" -type f -name '*-*' | sort -t/ -k7 | tail -n1; }
  put_back() { export KIT_RESTORE_ID=$1 KIT_RESTORE_TIMELINE=$2 KIT_RESTORE_SET=$(ls "$backups" | grep -E '^[0-9-]+F$' | head -n1); restore; }
  sound() { with-data-key pgbackrest --stanza=main --output=json info | jq -r '.[0].backup[].label'; }
`;

const make = `
  head -c 48 /dev/urandom | base64 -w0 >/run/kit/key/data-key
  echo '{"generation":1,"kek":{"provider":"age","recipient":"age1k"},"escrow":[],"fingerprint":"f"}' >"$envelope"
  initdb --pgdata "$pgdata" --username postgres --data-checksums --auth-local peer >/tmp/initdb 2>&1
  with-data-key pgbackrest --stanza=main --no-online stanza-create
  start
  for command in 'CREATE SCHEMA kit' 'CREATE TABLE kit.sentinel (ts timestamptz PRIMARY KEY, lsn pg_lsn NOT NULL)' \
    'CREATE DATABASE dexie_cloud' 'CREATE TABLE pages AS SELECT generate_series(1, 9999) AS n' 'CHECKPOINT'
  do sql --command "$command"; done
  backup full
  stop
`;

/** Runs shell on the cluster, which is stopped before and after. What it says on both ways comes back. */
async function shell(script: string): Promise<string> {
  const all = `${prelude}\nset +e; exec 2>&1\n${script}\nstop 2>/dev/null; true`;
  return (await runIn(root(), 999, "/usr/bin/bash", "-c", all)).stdout;
}

it("a backup of broken pages fails, and takes the place of no good one", async () => {
  const said = await shell(`
    before=$(sound)
    file=$pgdata/$(start; sql --command "SELECT pg_relation_filepath('pages')"; stop)
    cp "$file" /tmp/good
    printf broken | dd of="$file" bs=1 seek=9000 conv=notrunc status=none
    start
    for type in full full full incr; do backup $type; echo "exit $?"; done
    [[ $(sound) == "$before" ]] && echo "the good one is left"
    stop; cp /tmp/good "$file"; start
    backup incr; echo "exit $?"`);
  expect(said.match(/^exit \d+/gm)).toEqual(["exit 26", "exit 26", "exit 26", "exit 26", "exit 0"]);
  expect(said).toMatch(/^error 26: backup \S+F held broken pages; it was removed/m);
  expect(said).toContain("the good one is left");
});

it("two backups at once take turns", async () => {
  const said = await shell("start; backup incr & backup incr; wait");
  expect(said.match(/^RESULT /gm)).toHaveLength(2);
  expect(said).toContain("waiting until another backup or copy has ended");
});

it("a copy of the repository is whole although it changes meanwhile, and backups wait for it", async () => {
  const said = await shell(`
    start
    { copy-repository; echo "copied: $?" >&2; } | {
      read -rN 1 first
      flock --nonblock "$repository/lock/turn" echo "backups go on" >&2
      touch "$repository/arrived"
      { printf %s "$first"; cat; } | tar --list | grep -E "^./(keys/gen-1.json|gen-1/backup/main/backup.info|lock/.*)$" >&2
    }
    rm "$repository/arrived"`);
  expect(said).toMatch(/^copied: 0$/m);
  expect(said.match(/^\.\/.*$/gm)?.toSorted()).toEqual([
    "./gen-1/backup/main/backup.info",
    "./keys/gen-1.json",
  ]);
  expect(said).not.toContain("backups go on");
});

it("a repository without any room takes backups again when the retention is lowered, and meanwhile the database goes on", async () => {
  const said = await shell(`
    start; backup full
    mkdir "$backups/20300101-000000F"
    head -c 1G /dev/zero >"$repository/filler"; df --output=avail "$repository"
    backup incr; echo "exit $?"
    sql --command 'SELECT 1' | sed 's/^/answers: /'; ls "$backups"
    PGBACKREST_REPO1_RETENTION_FULL=1 backup incr; echo "exit $?"; echo "fulls: $(sound | grep -c F$)"
    rm "$repository/filler"; archive-now`);
  expect(said).toMatch(/^ *Avail\n *0$/m);
  expect(said).toContain("error 1: the repository is full");
  expect(said).toContain("answers: 1");
  expect(said).not.toMatch(/^20300101-000000F$/m);
  expect(said.match(/^(exit|fulls:) \d+/gm)).toEqual(["exit 1", "exit 0", "fulls: 1"]);
  expect(said).toMatch(/^RESULT .*"segment"/m);
});

it("WAL that finds no room is not taken for archived, however often that is tried", async () => {
  const said = await shell(`
    arrived() { inspect 2>/dev/null | sed -n 's/^RESULT //p' | jq .newestWal; }
    start; archive-now; before=$(arrived); sleep 1
    head -c 1G /dev/zero >"$repository/filler"
    archive-now 3; echo "exit $?"; ls "$archive"/*/* | grep -m1 'tmp$'
    [[ $(arrived) == "$before" ]] && echo "nothing arrived"
    rm "$repository/filler"; archive-now; echo "exit $?"`);
  expect(said).toMatch(/zst\.pgbackrest\.tmp$/m);
  expect(said).toContain("nothing arrived");
  expect(said.match(/^exit \d+/gm)).toEqual(["exit 1", "exit 0"]);
});

it("what is committed is archived although the segment is closed by something else meanwhile", async () => {
  const said = await shell(`
    sentinel-beat() { /opt/kit/bin/sentinel-beat && sql --command 'SELECT pg_switch_wal()' >&2; }
    export -f sentinel-beat
    start; archive-now 5`);
  expect(said).toMatch(/^RESULT /m);
});

it("the newest moment is refused while WAL is only on the data volume, or after a crash", async () => {
  const unarchived = await shell(`
    start; mv "$archive" "$archive.away"; sql --command 'CREATE TABLE late ()'; stop; mv "$archive.away" "$archive"
    put_back r1 1; start; archive-now`);
  expect(unarchived).toMatch(/^error 1: the newest moment cannot be restored[^]*1 WAL files are only/m);
  const crashed = await shell("start; stop immediate; put_back r1 1; start");
  expect(crashed).toMatch(/^error 1: the newest moment cannot be restored[^]*'in production'/m);
});

it("a restore that misses the newest WAL fails, and leaves the cluster and no copy behind", async () => {
  const said = await shell(`
    start; sentinel-beat; archive-now; stop
    cp "$(newest)" /tmp/segment; echo damaged >"$(newest)"
    put_back r2 1; ls "$volume"
    cp /tmp/segment "$(newest)"`);
  expect(said).toMatch(/^error 1: recovery ended at \S+, before the newest WAL/m);
  expect(said).toMatch(/^pgdata$/m);
  expect(said).not.toMatch(/^pgdata\./m);
});

it("what a restore replaced is kept until the result is in service, then counts as room and goes", async () => {
  const said = await shell(`
    count() { find_leftovers; echo "leftovers: \${#leftovers[@]}"; }
    mkdir "$volume/pgdata.proven-r0"
    put_back r3 1; ls "$volume"; count
    start; rm "$pgdata/$proof"; count
    discard-replaced; ls "$volume" | sed 's/^/after: /'`);
  expect(said).toMatch(/^RESULT .*"timeline":2/m);
  expect(said).toMatch(/^pgdata\.replaced-r3$/m);
  expect(said.match(/^leftovers: \d/gm)).toEqual(["leftovers: 0", "leftovers: 1"]);
  expect(said.match(/^after: .*/gm)).toEqual(["after: pgdata"]);
});

it("what a restore leaves that is killed goes when the database starts again", async () => {
  const said = await shell(`
    set -m; put_back r9 2 >/dev/null & restore=$!
    until [[ -e "$volume/pgdata.staging-r9/PG_VERSION" ]]; do sleep 0.05; done
    kill -KILL -- "-$restore"; wait; set +m
    echo "before: $(ls "$volume" | xargs)"
    KIT_ARCHIVING=off postgres-start
    echo "after: $(ls "$volume" | xargs)"`);
  expect(said).toMatch(/^before: pgdata pgdata.staging-r9$/m);
  expect(said).toMatch(/^after: pgdata$/m);
});

it("a restore goes through a time when there was room for more connections, and misses no WAL that never came whole", async () => {
  const said = await shell(`
    start -c max_connections=200; sentinel-beat; archive-now; stop
    touch "$(dirname "$(newest)")/0000000200000000000000FF-cut-off.zst.pgbackrest.tmp"
    put_back r4 2
    rm "$archive"/*/*/*.tmp`);
  expect(said).toMatch(/^RESULT .*"timeline":3/m);
});

it("of a database that crashed all can be restored that is archived, up to the newest commit", async () => {
  const said = await shell(`
    start; sentinel-beat; archive-now; sql --command 'CREATE TABLE later ()'; stop immediate
    micros=$(($(date --date "$(inspect | sed -n 's/^RESULT //p' | jq -r .newestCommit)" +%s%6N) - 1000))
    export KIT_RESTORE_TARGET=$(date --utc --date "@\${micros:0:10}.\${micros:10}" +'%F %T.%6N+00')
    put_back r5 3`);
  const [row] = said.split("\n");
  expect(said).toContain(`"recoveryPoint":"${row}"`);
});

it("passwords do not come into the log, whatever statements do", async () => {
  const said = await shell(`
    mkdir /run/kit/credentials; for login in owner superuser; do echo "word-of-$login" >"/run/kit/credentials/$login-password"; done
    start -c log_statement=all -c log_min_duration_statement=0 -c log_transaction_sample_rate=1
    KIT_ARCHIVING=off timeout 3 keeper; stop; cat /tmp/log`);
  expect(said).toContain("roles, database and sentinel table are ready");
  expect(said).toContain("statement: SELECT pg_is_in_recovery()");
  expect(said).not.toContain("word-of");
});

it("a wrapped data key that is damaged is not blamed on the KEK", async () => {
  const said = await shell(`
    new_kek() { age-keygen -o "$1" 2>/dev/null; age-keygen -y "$1"; }
    mkdir /run/kit/kek; cp "$envelope" /tmp/envelope
    recipient=$(new_kek /run/kit/kek/identity)
    jq --arg r "$recipient" --arg f "$(sha256sum </run/kit/key/data-key | cut -d' ' -f1)" \
      --arg wrapped "$(age --encrypt --armor --recipient "$recipient" </run/kit/key/data-key)" \
      '.fingerprint = $f | .kek += {recipient: $r, $wrapped}' /tmp/envelope >"$envelope"
    data-key unwrap; echo "exit $?"; cp "$envelope" /tmp/sound
    for damage in 'echo damaged' 'head -c 200 /tmp/sound' 'jq "del(.fingerprint)" /tmp/sound' \
      'jq ".kek.wrapped |= .[:300]" /tmp/sound'
    do eval "$damage" >"$envelope"; data-key unwrap; echo "exit $?"; done
    cp /tmp/sound "$envelope"; rm /run/kit/kek/identity; new_kek /run/kit/kek/identity; data-key unwrap; echo "exit $?"
    cp /tmp/envelope "$envelope"`);
  expect(said.match(/^exit \d+/gm)).toEqual(["exit 0", ...Array<string>(5).fill("exit 27")]);
  expect(said.match(/^error 27: .*/gm)).toEqual([
    ...Array<string>(4).fill("error 27: the wrapped data key of generation 1 cannot be read"),
    "error 27: the KEK does not open the data key of generation 1",
  ]);
});

it("a history file that cannot be read is named", async () => {
  const said = await shell(`
    history=$(echo "$archive"/*/00000003.history); cp "$history" /tmp/history
    for damage in 'echo damaged' 'head -c 40 /tmp/history'; do eval "$damage" >"$history"; inspect; done
    cp /tmp/history "$history"; inspect`);
  expect(said.match(/^error 1: where timeline 00000003 began cannot be read/gm)).toHaveLength(2);
  expect(said).toMatch(/^RESULT .*"timelines":\[.*"timeline":"00000003"/m);
});

it("an empty volume gets no new cluster beside a repository, damaged as that may be", async () => {
  const said = await shell(`
    mkdir /tmp/away /tmp/lost; mv "$volume"/* /tmp/away; mv "$archive"/archive.info* /tmp/lost
    postgres-start; ls "$volume"
    mv /tmp/lost/* "$archive"; mv /tmp/away/* "$volume"`);
  expect(said).toContain("error 1: the data volume is empty, but the repository holds this database");
  expect(said).not.toMatch(/^pgdata/m);
});

it("a list of backups that cannot be read is an error, and not an empty list", async () => {
  const said = await shell(`
    for file in "$backups"/backup.info*; do echo damaged >"$file"; done
    inspect; echo "exit $?"`);
  expect(said).toMatch(/^error 1: the list of backups in the repository cannot be read/m);
  expect(said).toContain("exit 1");
});
