# A private pgbouncer in front of a PostgreSQL that listens at a socket, in a temporary folder of its own. It gives every
# transaction whichever connection is free, and has fewer of them than a node asks for. When standard input ends, whatever
# became of who wrote it, it is gone. Called with the folder of the database's socket.
set -eu
umask 077
trap '' HUP INT TERM
server=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-pool.XXXXXX")
cd "$dir"
echo '"latchkey" ""' >users
cat >pgbouncer.ini <<INI
[databases]
* = host=$server
[pgbouncer]
listen_addr =
unix_socket_dir = $dir
unix_socket_mode = 0700
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 5
max_client_conn = 1000
INI
PATH=$PATH:/usr/sbin pgbouncer "$dir/pgbouncer.ini" >"$dir/log" 2>&1 &
pid=$!
until [ -S "$dir/.s.PGSQL.6432" ]; do
  if ! kill -0 "$pid" 2>/dev/null; then tail -n 5 "$dir/log" >&2; rm -rf "$dir"; exit 1; fi
  sleep 0.05
done
echo "$dir"
while read -r _; do :; done
kill -KILL "$pid" 2>/dev/null || :
wait "$pid" 2>/dev/null || :
rm -rf "$dir"
