"""The systemd unit and the example settings."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import requests

from support import ROOT, Server, flags, run

systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")

# As in server/src/cli/serve.rs: how long requests in progress may take.
DRAIN = 10


def setting(unit: str, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)
    return value


@pytest.fixture
def unit(unpacked: Path) -> str:
    return (unpacked / "packaging/latchkey.service").read_text()


def test_its_flags_exist(unit: str, serve_help: str) -> None:
    command = setting(unit, "ExecStart")
    assert command.startswith("/usr/local/bin/latchkey serve ")
    assert flags(command) and flags(command) <= flags(serve_help)


def test_it_waits_for_what_is_under_way(unit: str) -> None:
    assert int(setting(unit, "TimeoutStopSec")) > DRAIN
    assert setting(unit, "Restart") == "on-failure"


def test_its_memory_has_a_bound(unit: str) -> None:
    """A service that uses too much memory is restarted before the machine runs out."""
    sizes = [re.fullmatch(r"(\d+)([MG])", setting(unit, name)) for name in ["MemoryHigh", "MemoryMax"]]
    high, most = (int(size[1]) * {"M": 1, "G": 1024}[size[2]] for size in sizes)
    assert 512 <= high < most <= 4096


def test_its_command_starts_a_server(unit: str, unpacked: Path, tmp_path: Path) -> None:
    """The command of the unit, with the folders of this machine instead of the system's."""
    toml = (unpacked / "packaging/latchkey.toml").read_text()
    (tmp_path / "latchkey.toml").write_text(toml.replace("127.0.0.1:3000", "127.0.0.1:0"))
    command = setting(unit, "ExecStart")
    for there, here in [
        ("/usr/local/bin/latchkey", str(unpacked / "latchkey")),
        ("/etc/latchkey/latchkey.toml", str(tmp_path / "latchkey.toml")),
        ("/var/lib/latchkey", str(tmp_path / "data")),
    ]:
        assert there in command
        command = command.replace(there, here)
    with Server(command.split(), tmp_path) as server:
        assert server.said("Latchkey is at ") == "https://oauth.example.org"
    assert (tmp_path / "data/latchkey.db").is_file()


def test_all_example_settings_are_understood(unpacked: Path, tmp_path: Path) -> None:
    """Including those in comments: the server starts with them and serves metrics."""
    text = (unpacked / "packaging/latchkey.toml").read_text()
    text = re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE)
    known = {"listen", "max_connections", "metrics_listen", "slow_query_ms", "drain_delay", "otlp_endpoint", "trace_sampling", "smtp"}
    assert known <= set(tomllib.loads(text))
    text = text.replace("127.0.0.1:3000", "127.0.0.1:0").replace("127.0.0.1:9300", "127.0.0.1:0")
    assert "/etc/latchkey/smtp-password" in text
    text = text.replace("/etc/latchkey/smtp-password", str(tmp_path / "smtp-password"))
    (tmp_path / "smtp-password").write_text("of the mail server\n")
    (tmp_path / "latchkey.toml").write_text(text)
    command = [str(unpacked / "latchkey"), "serve", "--config", "latchkey.toml"]
    with Server(command, tmp_path, until="Metrics are at ") as server:
        metrics = requests.get(server.said("Metrics are at "), timeout=10)
        assert "latchkey_build_info" in metrics.text


def blocks(title: str) -> list[str]:
    """The commands of a section of docs/installing.md."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## )", (ROOT / "docs/installing.md").read_text(), re.MULTILINE | re.DOTALL)
    return re.findall(r"```sh\n(.*?)```", section[1], re.DOTALL)


def test_the_files_are_put_where_the_unit_looks_and_replaced_while_it_runs(unit: str, unpacked: Path, tmp_path: Path) -> None:
    """The `install` commands of docs/installing.md with another root folder, and an upgrade while it runs."""

    def install(commands: str) -> None:
        lines = [line for line in commands.splitlines() if line.startswith("install ")]
        assert lines
        below = re.sub(r"(?<= )/(?=usr/|etc/)", f"{tmp_path}/", "\n".join(lines))
        (tmp_path / "usr/local/bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "etc/systemd/system").mkdir(parents=True, exist_ok=True)
        run(["bash", "-euc", below], cwd=unpacked)

    install(blocks("As a service")[0])
    assert (tmp_path / "etc/systemd/system/latchkey.service").read_text() == unit
    for path in [setting(unit, "Documentation").removeprefix("file:"), "/etc/sysusers.d/latchkey.conf"]:
        assert (tmp_path / path.lstrip("/")).is_file(), path
    command = setting(unit, "ExecStart").split()
    binary, toml = tmp_path / command[0].lstrip("/"), tmp_path / command[3].lstrip("/")
    assert command[1:3] == ["serve", "--config"] and toml.is_file()
    toml.write_text(toml.read_text().replace("127.0.0.1:3000", "127.0.0.1:0"))
    serve = [str(binary), "serve", "--config", str(toml), "--data-dir", str(tmp_path / "data")]
    with Server(serve, tmp_path) as server:
        install(blocks("Upgrade")[0])
        server.process.terminate()
        assert server.process.wait(timeout=30) == 0
    with Server(serve, tmp_path) as server:
        assert server.said("Latchkey is at ") == "https://oauth.example.org"


@systemd
def test_systemd_understands_it(unit: str, unpacked: Path, tmp_path: Path) -> None:
    installed = tmp_path / "latchkey.service"
    installed.write_text(unit.replace("/usr/local/bin/latchkey", str(unpacked / "latchkey")))
    done = subprocess.run(["systemd-analyze", "verify", installed], capture_output=True, text=True, timeout=60)
    # It reads the machine's other units too, which are not checked here.
    assert "latchkey.service" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


@systemd
def test_it_is_shut_in(unpacked: Path) -> None:
    """0 is a service that may do nothing, 10 one that may do everything."""
    path = str(unpacked / "packaging/latchkey.service")
    said = run(["systemd-analyze", "security", "--offline=yes", "--no-pager", path])
    exposure = float(re.search(r"exposure level for latchkey.service: ([\d.]+)", said)[1])
    assert exposure <= 1.5, said
