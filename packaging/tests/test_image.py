"""The image: built from the shipped Dockerfile and run as docs/installing.md and compose.yaml say, with the tools of Podman.

The registry with the base image cannot be reached from everywhere, so the base here is made of the same Debian packages
that it is made of: the C library and nothing else. Where Buildah and Podman are missing or may not run, nothing is tested."""

import functools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ENVIRONMENT

# The parts of cc-debian12 that the binary needs.
LIBRARIES = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libm.so.6",
    "/lib/x86_64-linux-gnu/libgcc_s.so.1",
]

# As compose.yaml starts it, but with other limits: those of this machine may be lower than Podman's defaults.
SHUT_IN = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
LIMITS = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"]


class Podman:
    """Images and containers in a separate folder."""

    def __init__(self, folder: Path) -> None:
        self.storage = ["--storage-driver=vfs", f"--root={folder}/storage", f"--runroot={folder}/run"]
        self.runtime = ["--events-backend=file", "--cgroup-manager=cgroupfs"]
        if runc := shutil.which("runc"):
            self.runtime.append(f"--runtime={runc}")

    def buildah(self, *words: str) -> subprocess.CompletedProcess:
        return self._run(["buildah", *self.storage, *words])

    def podman(self, *words: str) -> subprocess.CompletedProcess:
        return self._run(["podman", *self.storage, *self.runtime, *words])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess:
        return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120)


def ok(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, f"{done.args}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    if not all(map(shutil.which, ["buildah", "podman"])):
        pytest.skip("there are no buildah and podman here")
    if os.geteuid() != 0:
        pytest.skip("the image is only built by root here")
    yield Podman(tmp_path_factory.mktemp("podman"))


@pytest.fixture(scope="module")
def image(podman: Podman, unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    base = tmp_path_factory.mktemp("base")
    for library in LIBRARIES:
        copy = base / library.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, copy)
    (base / "tmp").mkdir(mode=0o1777)
    (base / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    ok(podman.buildah("bud", "--isolation=chroot", "--tag=localhost/base", str(base)))
    dockerfile = unpacked / "packaging/Dockerfile"
    # Docker's format: the other one has no health checks.
    words = ["--format=docker", "--isolation=chroot", "--build-arg=BASE=localhost/base", "--tag=latchkey"]
    ok(podman.buildah("bud", *words, f"--file={dockerfile}", str(unpacked)))
    return "localhost/latchkey"


@pytest.fixture(scope="module")
def start(podman: Podman, image: str) -> Iterator:
    """Starts containers without a network: each has its own loopback interface."""
    probe = podman.podman("run", "--rm", "--network=none", *LIMITS, image, "--version")
    if probe.returncode != 0 and "latchkey" not in probe.stdout:
        pytest.skip(f"containers may not run here: {probe.stderr.strip()}")
    names = []

    def run(*words: str) -> str:
        name = f"latchkey-{len(names)}"
        names.append(name)
        ok(podman.podman("run", "--detach", f"--name={name}", "--network=none", *SHUT_IN, *LIMITS, *words))
        return name

    yield run
    for name in names:
        podman.podman("rm", "--force", "--time=0", "--volumes", name)


def healthy(podman: Podman, name: str) -> bool:
    return podman.podman("healthcheck", "run", name).returncode == 0


def wait_for(done, what: str) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_says_what_the_dockerfile_says(podman: Podman, image: str) -> None:
    (inspected,) = json.loads(ok(podman.podman("inspect", "--type=image", image)))
    config = inspected["Config"]
    assert config["User"] == "65532:65532"
    assert config["Volumes"] == {"/data": {}}
    assert config["ExposedPorts"] == {"3000/tcp": {}}
    assert config["StopSignal"] == "SIGTERM"
    assert inspected["Healthcheck"]["Test"] == ["CMD", "/usr/local/bin/latchkey", "health"]


def test_runs_shut_in_and_ends_in_order(podman: Podman, image: str, start) -> None:
    name = start("--volume=latchkey-data:/data", image)
    wait_for(functools.partial(healthy, podman, name), "the health check does not pass")
    logs = podman.podman("logs", name)
    assert "Latchkey is at http://localhost:3000" in logs.stdout
    assert "/setup?token=" in logs.stdout

    # The user and privileges of the process, read from outside.
    pid = ok(podman.podman("inspect", "--format={{.State.Pid}}", name))
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    assert status["Uid"].split() == ["65532"] * 4
    assert status["Gid"].split() == ["65532"] * 4
    assert int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1"
    root = [line.split() for line in Path(f"/proc/{pid}/mounts").read_text().splitlines() if line.split()[1] == "/"]
    assert root and "ro" in root[-1][3].split(","), root

    # The data is in the volume, and only the user can read it.
    data = Path(ok(podman.podman("volume", "inspect", "--format={{.Mountpoint}}", "latchkey-data")))
    assert data.stat().st_uid == 65532
    assert {"latchkey.db", "latchkey.key"} <= {path.name for path in data.iterdir()}
    assert (data / "latchkey.key").stat().st_mode & 0o077 == 0

    # As `docker stop` does.
    ok(podman.podman("stop", "--time=20", name))
    state = json.loads(ok(podman.podman("inspect", "--format={{json .State}}", name)))
    assert state["ExitCode"] == 0, state
    assert "stopping: accepting no new requests" in podman.podman("logs", name).stderr

    # Another container continues with the same data.
    name = start("--volume=latchkey-data:/data", image)
    wait_for(functools.partial(healthy, podman, name), "the health check does not pass")
    assert not healthy_elsewhere(podman, name)


def healthy_elsewhere(podman: Podman, name: str) -> bool:
    """The health check of a server that is down."""
    asked = podman.podman("exec", name, "/usr/local/bin/latchkey", "health", "--listen=127.0.0.1:9")
    return asked.returncode == 0


def test_commands_are_given_inside(podman: Podman, image: str, start) -> None:
    name = start(image, "serve")
    wait_for(functools.partial(healthy, podman, name), "the health check does not pass")
    doctor = podman.podman("exec", name, "/usr/local/bin/latchkey", "doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "OK" in doctor.stdout


@pytest.mark.usefixtures("start")
def test_a_folder_of_somebody_else_is_refused_in_words(podman: Podman, image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = podman.podman("run", "--rm", "--network=none", *SHUT_IN, *LIMITS, f"--volume={tmp_path}:/data", image)
    assert done.returncode == 1
    assert "/data" in done.stderr and "writable" in done.stderr, done.stderr
