# Sourced by the programs in /opt/kit/bin: where things are, and how a program speaks.
set -euo pipefail
shopt -s nullglob
umask 077

volume=/var/lib/postgresql/data
pgdata=$volume/pgdata
socket_dir=/run/postgresql
repository=/repository
generation=1
envelope=$repository/keys/gen-$generation.json
backups=$repository/gen-$generation/backup/main
archive=$repository/gen-$generation/archive/main
data_key=/run/kit/key/data-key
server_config=/etc/postgresql/kit
owner=dexie_cloud
# Lies in a restored cluster until it is in service.
proof=kit-restore.json

server_programs=(/usr/lib/postgresql/*/bin)
PATH=${server_programs[-1]}:/opt/kit/bin:$PATH

say() {
  printf '%s %s: %s\n' "$(date -u +%FT%TZ)" "${0##*/}" "$*" >&2
}

# fail CODE WHAT WHY NEXT
fail() {
  printf 'error %s: %s\n  why:  %s\n  next: %s\n' "$@" >&2
  exit "$1"
}

# The last line of a program's output, for whoever started it.
report() {
  printf 'RESULT %s\n' "$(jq -c .)"
}

sql() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
    --host "$socket_dir" --username postgres --dbname "${database:-postgres}" "$@"
}

# Two containers that see the same volume never both work on its cluster.
lock_volume() {
  exec 9>"$volume/.in-use"
  flock --nonblock 9 || fail 1 "the data volume is in use" "another PostgreSQL or a restore works on it" \
    "kubectl get pods, and wait until the other one has ended"
}

# pgBackRest refuses a second backup at once; the deadline of the job bounds this wait.
await_turn() {
  mkdir -p "$repository/lock"
  exec 8>"$repository/lock/turn"
  flock --nonblock 8 || { say "waiting until another backup or copy has ended" && flock 8; }
}

# What earlier restores left on the data volume and nothing needs: copies that never took the place of the cluster, and
# clusters whose successor is in service.
find_leftovers() {
  leftovers=("$volume"/pgdata.staging-*)
  [[ ! -e $pgdata ]] || leftovers+=("$volume"/pgdata.proven-*)
  [[ ! -e $pgdata/PG_VERSION || -e $pgdata/$proof ]] || leftovers+=("$volume"/pgdata.replaced-*)
}

clear_leftovers() {
  find_leftovers
  rm -rf "${leftovers[@]}"
}

# Why the repository may lack WAL of this volume's cluster; nothing when it has all that was committed. A running one may always.
unarchived() {
  [[ -e $pgdata/PG_VERSION ]] || return 0
  local waiting=("$pgdata"/pg_wal/archive_status/*.ready) state
  if ((${#waiting[@]} > 0)); then
    echo "${#waiting[@]} WAL files are only on the data volume"
    return 0
  fi
  state=$(pg_controldata "$pgdata" | sed -n 's/^Database cluster state: *//p')
  [[ $state == "shut down" ]] || echo "the database did not end cleanly: its state is '$state'"
}
