#!/usr/bin/env bash
# Packs the binary of `make build` into target/package/latchkey-VERSION-x86_64-linux.tar.gz. The same binary and commit
# give the same archive, byte for byte: names are sorted, times are the commit's, and there are no owners.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
umask 022

fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

binary=target/release/latchkey
[ -x "$binary" ] || fail "$binary is not there: run 'make build' first"
[ "$(uname -sm)" = "Linux x86_64" ] || fail "packages are made on Linux on x86_64, this is $(uname -sm)"
version=$("$binary" --version | cut -d ' ' -f 2)
name=latchkey-$version-x86_64-linux

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  # Without git, the time of the changelog.
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=$(stat -c %Y CHANGELOG.md)
fi

package=target/package
rm -rf "$package"
mkdir -p "$package/$name"
cp "$binary" LICENSE README.md CHANGELOG.md "$package/$name/"
cp -R docs "$package/$name/"
mkdir "$package/$name/packaging"
for file in packaging/*; do
  case $file in
    packaging/tests) ;; # They look at the archive from outside.
    *) cp -R "$file" "$package/$name/packaging/" ;;
  esac
done

(
  cd "$package/$name"
  find . -type d -exec chmod 755 {} +
  find . -type f -exec chmod 644 {} +
  chmod 755 latchkey
  find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs -d '\n' sha256sum >SHA256SUMS
)
tar -C "$package" --create --sort=name --format=ustar --owner=0 --group=0 --numeric-owner \
  --mtime="@$SOURCE_DATE_EPOCH" "$name" | gzip -n -9 >"$package/$name.tar.gz"
rm -rf "${package:?}/$name"
(cd "$package" && sha256sum "$name.tar.gz" >SHA256SUMS)
printf '%s  %s bytes\n' "$package/$name.tar.gz" "$(stat -c %s "$package/$name.tar.gz")"
