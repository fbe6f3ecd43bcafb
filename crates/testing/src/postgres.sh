# A private PostgreSQL in a temporary folder, reached by a socket in that folder alone. It is told what to do on
# standard input, answers on standard output, and when the input ends, whatever became of who wrote it, it is gone.
# Called with the folder of PostgreSQL's programs and a port; with CERTIFICATE, KEY and CLIENTS in the environment, all of
# them PEM, it speaks TLS at that port of the loopback interface, and without them it does not listen there if PORT_OPEN
# is not set either. Of the users at the port, `guarded` needs a password and `certified` a certificate of CLIENTS.
set -eu
umask 077
trap '' HUP INT TERM
bin=$1
port=$2
dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-pg.XXXXXX")
cd "$dir"
pid=

set -- -c listen_addresses=
if [ -n "${PORT_OPEN:-}" ]; then set -- -c listen_addresses=127.0.0.1; fi
if [ -n "${CERTIFICATE:-}" ]; then
  echo "$CERTIFICATE" >server.crt
  echo "$KEY" >server.key
  echo "$CLIENTS" >clients.crt
  set -- "$@" -c ssl=on -c ssl_cert_file="$dir/server.crt" -c ssl_key_file="$dir/server.key" \
    -c ssl_ca_file="$dir/clients.crt"
fi
unset CERTIFICATE KEY CLIENTS

# Called with options of the server.
start() {
  "$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" "$@" -c max_connections=500 -c shared_buffers=64MB \
    -c fsync=off -c full_page_writes=off -c logging_collector=off >>"$dir/log" 2>&1 &
  pid=$!
  until "$bin/pg_isready" -q -h "$dir" -p "$port" -d postgres -U latchkey; do
    if ! kill -0 "$pid" 2>/dev/null; then tail -n 5 "$dir/log" >&2; return 1; fi
    sleep 0.05
  done
}

stop() {
  if [ -n "$pid" ]; then
    # Immediate: nothing in it is worth a checkpoint, and a test wants connections to break.
    kill -QUIT "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
    pid=
  fi
}

# The first line that fits a connection decides.
guard() {
  {
    echo 'host all guarded 127.0.0.1/32 scram-sha-256'
    echo 'hostssl all certified 127.0.0.1/32 cert'
    cat "$dir/data/pg_hba.conf"
  } >hba && mv hba "$dir/data/pg_hba.conf"
}

if ! "$bin/initdb" -D "$dir/data" -U latchkey -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || ! guard || ! start "$@"; then
  if grep -q 'could not create any TCP/IP sockets' "$dir/log"; then echo taken; fi
  cat "$dir/log" >&2
  rm -rf "$dir"
  exit 1
fi
echo "$dir"
while read -r word name; do
  case $word in
    create) "$bin/createdb" -h "$dir" -p "$port" -U latchkey -T template0 "$name" >>"$dir/log" 2>&1 && echo done || echo failed ;;
    stop) stop; echo done ;;
    start) start "$@" && echo done || echo failed ;;
    *) echo "unknown" ;;
  esac
done
stop
rm -rf "$dir"
