"""The script that runs commands as the service's user, with stand-ins for `id` and `runuser`."""

import os
import subprocess
from pathlib import Path

import pytest

SHOW = '#!/bin/sh\necho "$*"\nenv | grep ^LATCHKEY_ | sort\numask\n'


@pytest.fixture
def installed(unpacked: Path, tmp_path: Path) -> Path:
    """The script beside a binary that shows how it was run, with settings of its own."""
    text = (unpacked / "packaging/latchkeyctl").read_text()
    assert "environment=/etc/latchkey/environment\n" in text
    text = text.replace("/etc/latchkey/environment", f"{tmp_path}/environment")
    for name, content in [("latchkeyctl", text), ("latchkey", SHOW)]:
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o755)
    return tmp_path / "latchkeyctl"


def ctl(script: Path, user: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs it as `user`."""
    folder = script.parent / "stand-ins"
    folder.mkdir(exist_ok=True)
    number = 0 if user == "root" else 1000
    for name, content in [
        ("id", f'#!/bin/sh\n[ "$1" = -un ] && echo {user} || echo {number}\n'),
        ("runuser", '#!/bin/sh\n[ "$1 $2 $3" = "-u latchkey --" ] || exit 9\nshift 3\necho "as latchkey"\nexec "$@"\n'),
    ]:
        (folder / name).write_text(content)
        (folder / name).chmod(0o755)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY")}
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(
        [str(script), *arguments], env=clean | {"PATH": path} | environment, capture_output=True, text=True, timeout=30
    )


SERVICE = ["LATCHKEY_CONFIG=/etc/latchkey/latchkey.toml", "LATCHKEY_DATA_DIR=/var/lib/latchkey"]


def test_root_runs_it_as_the_user_of_the_service_with_its_settings(installed: Path) -> None:
    (installed.parent / "environment").write_text(
        "# secret\nLATCHKEY_DATABASE_URL='postgres://a@b/c?x=1&y=$2'\nLATCHKEY_SLOW_QUERY_MS=\"300\"\nPATH=/nowhere\n"
        "LATCHKEY_LISTEN=127.0.0.1:1"
    )
    done = ctl(installed, "root", "app", "list", "--json")
    assert done.returncode == 0, done.stderr
    config, data = SERVICE
    assert done.stdout.splitlines() == [
        "as latchkey",
        "app list --json",
        config,
        "LATCHKEY_DATABASE_URL=postgres://a@b/c?x=1&y=$2",
        data,
        "LATCHKEY_LISTEN=127.0.0.1:1",
        "LATCHKEY_SLOW_QUERY_MS=300",
        "0077",
    ]


def test_the_user_of_the_service_needs_no_root(installed: Path) -> None:
    assert ctl(installed, "latchkey", "doctor").stdout.splitlines() == ["doctor", *SERVICE, "0077"]


def test_other_settings_can_be_named(installed: Path) -> None:
    done = ctl(installed, "root", "doctor", LATCHKEY_DATA_DIR="/srv/latchkey")
    assert "LATCHKEY_DATA_DIR=/srv/latchkey" in done.stdout.splitlines()


def test_nobody_else_can_run_it(installed: Path) -> None:
    done = ctl(installed, "ada", "doctor")
    assert (done.returncode, done.stdout) == (1, "")
    assert "put sudo in front" in done.stderr


def test_it_has_the_settings_of_the_unit(unpacked: Path) -> None:
    unit = (unpacked / "packaging/latchkey.service").read_text()
    script = (unpacked / "packaging/latchkeyctl").read_text()
    for path in ["/etc/latchkey/latchkey.toml", "/var/lib/latchkey", "/etc/latchkey/environment"]:
        assert path in unit and path in script, path
    assert "User=latchkey\n" in unit and "user=latchkey\n" in script
