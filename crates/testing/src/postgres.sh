# A private PostgreSQL in a temporary folder, reached by a socket in that folder alone. It is told what to do on
# standard input, answers on standard output, and when the input ends, whatever became of who wrote it, it is gone.
# Called with the folder of PostgreSQL's programs.
set -eu
umask 077
trap '' HUP INT TERM
bin=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-pg.XXXXXX")
cd "$dir"
pid=

start() {
  "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=500 -c shared_buffers=64MB \
    -c fsync=off -c full_page_writes=off -c logging_collector=off >>"$dir/log" 2>&1 &
  pid=$!
  until "$bin/pg_isready" -q -h "$dir" -d postgres -U latchkey; do
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

if ! "$bin/initdb" -D "$dir/data" -U latchkey -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || ! start; then
  cat "$dir/log" >&2
  rm -rf "$dir"
  exit 1
fi
echo "$dir"
while read -r word name; do
  case $word in
    create) "$bin/createdb" -h "$dir" -U latchkey -T template0 "$name" >>"$dir/log" 2>&1 && echo done || echo failed ;;
    stop) stop; echo done ;;
    start) start && echo done || echo failed ;;
    *) echo "unknown" ;;
  esac
done
stop
rm -rf "$dir"
