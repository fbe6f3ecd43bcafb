"""The archive: its content, that it runs from where it was unpacked, and that the build is reproducible."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import requests

from support import ENVIRONMENT, ROOT, Server, run


def test_has_what_an_operator_needs(unpacked: Path) -> None:
    for name in [
        "latchkey",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "SHA256SUMS",
        "docs/installing.md",
        "docs/monitoring.md",
        "packaging/latchkey.service",
        "packaging/latchkey.sysusers",
        "packaging/latchkey.toml",
        "packaging/latchkeyctl",
        "packaging/Dockerfile",
        "packaging/compose.yaml",
    ]:
        assert (unpacked / name).is_file(), name
    assert not (unpacked / "packaging/tests").exists()


def test_the_sums_are_right_and_of_all_files(archive: Path, unpacked: Path) -> None:
    run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=unpacked)
    named = {line.split("  ", 1)[1] for line in (unpacked / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert named == there - {"SHA256SUMS"}
    run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=archive.parent)


def test_nothing_in_it_is_of_the_machine_that_made_it(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert len({member.mtime for member in members}) == 1
    for member in members:
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", ""), member.name
        executable = member.isdir() or member.name.endswith("/latchkey")
        assert member.mode == (0o755 if executable else 0o644), member.name


def test_the_same_again_is_the_same(archive: Path) -> None:
    before = hashlib.sha256(archive.read_bytes()).hexdigest()
    subprocess.run([ROOT / "scripts/package.sh"], check=True, stdout=subprocess.DEVNULL)
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == before


def test_its_binary_is_the_one_that_was_tested(unpacked: Path) -> None:
    assert (unpacked / "latchkey").read_bytes() == (ROOT / "target/release/latchkey").read_bytes()


def test_needs_nothing_but_the_c_library(unpacked: Path) -> None:
    needed = run(["ldd", str(unpacked / "latchkey")])
    names = {line.split()[0].rsplit("/", 1)[-1] for line in needed.splitlines()}
    assert names <= {"linux-vdso.so.1", "libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2"}


def test_runs_from_where_it_is(unpacked: Path, tmp_path: Path) -> None:
    binary = str(unpacked / "latchkey")
    with Server([binary, "serve", "--demo", "--listen", "127.0.0.1:0"], tmp_path) as server:
        url = server.said("Latchkey is at ")
        assert requests.get(f"{url}/readyz", timeout=10).json()["database"] == "ok"
        page = requests.get(f"{url}/sign-in", timeout=10)
        assert page.status_code == 200
        # The styles are embedded in the binary.
        style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert requests.get(f"{url}{style}", timeout=10).status_code == 200
        address = url.removeprefix("http://").replace("localhost", "127.0.0.1")
        assert run([binary, "health", "--listen", address]) == "ok\n"
        server.process.terminate()
        assert server.process.wait(timeout=30) == 0
    gone = subprocess.run([binary, "health", "--listen", address], env=ENVIRONMENT, capture_output=True, timeout=30)
    assert gone.returncode == 1
