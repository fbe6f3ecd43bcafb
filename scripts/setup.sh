#!/usr/bin/env bash
# Prepares a machine: `setup.sh build` for building and running, `setup.sh unit` also for the unit and integration
# tests, `setup.sh test` for all tests, `setup.sh programs` for the tests of Matrix Synapse, JupyterHub, pgAdmin and
# Next.js. It installs only what is missing, prints what it does, and is fast if there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "'$*' needs root: run it as root, then try again"
  fi
}

apt_updated=
apt_install() {
  command -v apt-get >/dev/null || fail "please install: $* (this script installs packages by itself only on Debian and Ubuntu)"
  say "Installing $*"
  if [ -z "$apt_updated" ]; then as_root apt-get update -qq; apt_updated=1; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_wasm() { # RUSTC
  compgen -G "$("$1" --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/libstd*.rlib" >/dev/null
}

recent_enough() { # RUSTC
  local minor
  minor=$("$1" --version | sed -E 's/^rustc 1\.([0-9]+).*/\1/')
  [ "$minor" -ge 88 ]
}

# One toolchain compiles server and page. If its folder is not on the PATH, it is written to target/toolchain.mk.
use_toolchain() {
  mkdir -p target
  local line="TOOLCHAIN_PATH := $1"
  [ "$(cat target/toolchain.mk 2>/dev/null)" = "$line" ] || echo "$line" >target/toolchain.mk
}

setup_toolchain() {
  if command -v rustc >/dev/null && rustc --version >/dev/null 2>&1 && recent_enough rustc; then
    if has_wasm rustc; then use_toolchain ""; return; fi
    if command -v rustup >/dev/null; then
      # It was refused here before and the Debian toolchain was installed, so asking again only costs time.
      if ! { [ -x /usr/bin/rustc ] && has_wasm /usr/bin/rustc; }; then
        say "Adding the WebAssembly target to the Rust toolchain"
        if timeout 120 rustup target add wasm32-unknown-unknown >/dev/null 2>&1 && has_wasm rustc; then
          use_toolchain ""; return
        fi
        say "rustup cannot download here: using the distribution's compiler instead"
      fi
    fi
  fi
  command -v apt-get >/dev/null ||
    fail "Rust 1.88 or newer with the target wasm32-unknown-unknown is needed: install it from https://rustup.rs"
  if ! [ -x /usr/bin/cargo-clippy ] || ! [ -x /usr/bin/rustfmt ] || ! [ -d /usr/lib/rustlib/src ]; then
    apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22
  fi
  recent_enough /usr/bin/rustc || fail "/usr/bin/rustc is older than 1.88: install Rust from https://rustup.rs"
  has_wasm /usr/bin/rustc || build_wasm_library
  link_lld
  use_toolchain /usr/bin
}

# Debian ships the compiler's sources but not the library for WebAssembly, so it is built once.
build_wasm_library() {
  say "Building Rust's standard library for WebAssembly (about a minute, once)"
  local folder library=/usr/lib/rustlib/wasm32-unknown-unknown/lib
  folder=$(mktemp -d)
  mkdir "$folder/src"
  : >"$folder/src/lib.rs"
  printf '[package]\nname = "library_for_wasm"\nversion = "0.0.0"\nedition = "2021"\n' >"$folder/Cargo.toml"
  # With bitcode, so that link-time optimisation of the page includes the library, and small.
  (cd "$folder" && PATH="/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$folder/target" \
    RUSTFLAGS="-C embed-bitcode=yes" CARGO_PROFILE_RELEASE_OPT_LEVEL=z \
    cargo build --quiet --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort)
  as_root mkdir -p "$library"
  find "$folder/target/wasm32-unknown-unknown/release/deps" -name '*.rlib' ! -name 'liblibrary_for_wasm*' -print0 |
    as_root xargs -0 cp -t "$library"
  rm -rf "$folder"
}

# rustc looks for the WebAssembly linker as `rust-lld` in its own folder; Debian has it under LLVM's name.
link_lld() {
  local folder
  folder=/usr/lib/rustlib/$(/usr/bin/rustc -vV | sed -n 's/^host: //p')/bin
  [ -e "$folder/rust-lld" ] && return
  as_root mkdir -p "$folder"
  as_root ln -sf "$(compgen -G '/usr/bin/lld-[0-9]*' | sort -V | tail -n 1)" "$folder/rust-lld"
}

setup_c_compiler() {
  command -v cc >/dev/null || apt_install gcc libc6-dev
}

npm_install() { # FOLDER
  local stamp=$1/node_modules/.package-lock.json
  if [ ! -f "$stamp" ] || [ "$1/package-lock.json" -nt "$stamp" ]; then
    say "Installing the packages of $1/"
    (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
    touch "$stamp"
  fi
}

pip_install() { # ENVIRONMENT REQUIREMENTS
  local venv=$1 requirements=$2
  if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    say "Installing the packages of $requirements"
    if ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then apt_install python3 python3-venv; fi
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
  fi
}

setup_npm() {
  command -v node >/dev/null && command -v npm >/dev/null || fail "Node.js 18 or newer with npm is needed: https://nodejs.org"
  npm_install end2end
}

# The tested client libraries: from npm in their own folder, from PyPI in their own environment.
setup_clients() {
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] ||
    fail "the client libraries' tests need Node.js 20 or newer: https://nodejs.org"
  npm_install end2end/clients/node
  pip_install target/clients-venv end2end/clients/python/requirements.txt
}

# The providers that browser tests sign in at: from npm in their own folder; the one from PyPI is among the clients.
setup_providers() {
  npm_install end2end/providers
}

# The tested programs, each from PyPI in its own environment, the proxy that JupyterHub starts, and Next.js for Auth.js.
setup_programs() {
  local folder=end2end/clients/python/programs program next=target/programs/next
  for program in synapse jupyterhub pgadmin; do
    pip_install "target/programs/$program" "$folder/requirements/$program.txt"
  done
  npm_install "$folder/proxy"
  # Next.js finds its packages above the application that the test writes there.
  mkdir -p "$next"
  cp -p "$folder/next/package.json" "$folder/next/package-lock.json" "$next"
  npm_install "$next"
}

# Tests start this server themselves. The package's own server is not started, because nobody needs it.
setup_postgres() {
  if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; then return; fi
  as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  apt_install postgresql
}

# Programs around Latchkey in tests: a pooler, proxies, a second browser, another time. Tests start them, so the packages
# must not start them (policy-rc.d is Debian's way to prevent that). Without apt-get, the tests that need them are skipped.
setup_around() { # PROGRAM…, each the name of its package
  local program policy=/usr/sbin/policy-rc.d made='' missing=()
  command -v apt-get >/dev/null || return 0
  for program; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || missing+=("$program")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=1
  fi
  for program in "${missing[@]}"; do
    # Some releases of distributions lack some of them.
    (apt_install "$program") || say "$program cannot be installed: the tests that need it are left out"
  done
  [ -z "$made" ] || as_root rm -f "$policy"
}

# The mail server of the tests.
setup_mail() {
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || apt_install python3 python3-aiosmtpd
}

setup_browser() {
  for browser in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [ -x "$browser" ] && return
  done
  if command -v apt-get >/dev/null; then apt_install chromium
  else say "Downloading Chromium"; (cd end2end && npx playwright install chromium)
  fi
}

case "${1:-}" in
  build) setup_toolchain; setup_c_compiler; setup_npm ;;
  unit) setup_toolchain; setup_c_compiler; setup_npm; setup_postgres; setup_mail; setup_around pgbouncer ;;
  test) setup_toolchain; setup_c_compiler; setup_npm; setup_browser; setup_clients; setup_providers; setup_postgres; setup_mail; setup_around pgbouncer nginx caddy openssl firefox-esr faketime ;;
  programs) setup_toolchain; setup_c_compiler; setup_npm; setup_clients; setup_programs ;;
  *) fail "usage: setup.sh build|unit|test|programs" ;;
esac
