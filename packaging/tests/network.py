"""The surroundings of a server: a certificate, a proxy, a database, and a client for `oauth.example.org`."""

import os
import re
import resource
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.poolmanager import PoolManager

from support import ENVIRONMENT, ROOT

HOST = "oauth.example.org"
PATIENCE = 60

# A test opens more than a thousand connections, and so does each program that it starts.
_, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(_most, 16384) if _most != resource.RLIM_INFINITY else 16384, _most))

# Debian installs servers here, which may be missing from a user's PATH.
PATH = ENVIRONMENT["PATH"] + ":/usr/sbin"


def program(name: str) -> str | None:
    return shutil.which(name, path=PATH)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(done, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for the host, and its key."""
    names = (folder / "fullchain.pem", folder / "privkey.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-out", names[0], "-keyout", names[1]],
        check=True, capture_output=True,
    )
    return names


class Process:
    """A program that stops at the end of `with`. Its output is in `log`."""

    def __init__(self, command: list, folder: Path, name: str, environment: dict = {}) -> None:
        self.log = folder / f"{name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env={**ENVIRONMENT, "PATH": PATH, **environment}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )

    def said(self, pattern: str) -> re.Match | None:
        assert self.process.poll() is None, self.log.read_text()
        return re.search(pattern, self.log.read_text())

    def wait_for(self, pattern: str) -> re.Match:
        wait_until(lambda: self.said(pattern), f"{pattern} in {self.log}")
        return self.said(pattern)

    def listens(self, port: int) -> None:
        def connects() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                return True
            except OSError:
                return False

        wait_until(connects, f"{self.log}: {port}")

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()


class Node(Process):
    """A server that listens on `port`."""

    def __init__(self, binary: Path, folder: Path, name: str, environment: dict, *flags: str) -> None:
        command = [binary, "serve", "--listen=127.0.0.1:0", *flags]
        super().__init__(command, folder, name, {**environment, "LATCHKEY_LOG": "info"})
        self.port = int(self.wait_for(r'"listen":"127\.0\.0\.1:(\d+)"')[1])
        wait_until(lambda: requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=10).ok, name)


class Nginx(Process):
    """nginx with a shipped file. `changes` replace addresses and paths with those of this machine."""

    def __init__(self, config: str, folder: Path) -> None:
        (folder / "site.conf").write_text(config)
        # The distribution's nginx.conf around the files of conf.d.
        (folder / "nginx.conf").write_text(
            "daemon off;\nworker_processes 1;\npid nginx.pid;\nerror_log stderr notice;\n"
            "events { worker_connections 4096; }\nhttp {\n"
            "  access_log off;\n"
            + "".join(f"  {kind}_temp_path {kind};\n" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            + "  include site.conf;\n}\n"
        )
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        super().__init__([program("nginx"), "-p", folder, "-c", "nginx.conf", *user], folder, "nginx")


class Caddy(Process):
    """Caddy with a shipped file. `options` are added to its global options: the ports and paths of this machine."""

    def __init__(self, config: str, folder: Path, options: str) -> None:
        # Only one such block is allowed.
        assert config.count("\n{\n\tservers {\n") == 1
        config = config.replace("\n{\n\tservers {\n", f"\n{{\n{options}\tservers {{\n")
        (folder / "Caddyfile").write_text(config)
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        command = [program("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
        super().__init__(command, folder, "caddy", home)


class Postgres:
    """The private PostgreSQL of the other tests."""

    def __init__(self) -> None:
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        script = (ROOT / "crates/testing/src/postgres.sh").read_text()
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            [*drop, "sh", "-c", script, "latchkey-test-postgres", bins[-1], "5432"], cwd="/", text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.folder = self.process.stdout.readline().strip()
        assert self.folder.startswith("/")

    def database(self, name: str) -> str:
        self.process.stdin.write(f"create {name}\n")
        assert self.process.stdout.readline().strip() == "done"
        return f"postgres://latchkey@{self.folder.replace('/', '%2F')}/{name}"

    def __enter__(self) -> "Postgres":
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)


class _AtHome(HTTPAdapter):
    """Connects to this machine from a chosen address, and uses the host's name."""

    def __init__(self, source: str, context: ssl.SSLContext) -> None:
        self.source, self.context = source, context
        super().__init__()

    def init_poolmanager(self, connections, maxsize, block=False, **_) -> None:
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, source_address=(self.source, 0),
            ssl_context=self.context, server_hostname=HOST, assert_hostname=HOST,
        )


def client(chain: Path, source: str = "127.0.0.1") -> requests.Session:
    """A browser on this machine that trusts the certificate and uses the host's name."""
    session = requests.Session()
    session.headers["Host"] = HOST
    session.headers["Origin"] = f"https://{HOST}"
    session.mount("https://", _AtHome(source, ssl.create_default_context(cafile=str(chain))))
    session.mount("http://", _AtHome(source, ssl.create_default_context()))
    session.trust_env = False
    return session
