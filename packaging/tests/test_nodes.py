"""compose.postgres.yaml: two nodes on PostgreSQL behind a proxy. Its settings are checked, and the same is started from them as
processes of this machine: one node goes under load, and nobody notices."""

import json
import re
import threading
import time
from pathlib import Path

import pytest
import requests
import yaml

from network import HOST, Caddy, Nginx, Node, Postgres, certificate, client, free_port, program
from support import flags, run, variables

COMPOSE = "packaging/compose.postgres.yaml"


@pytest.fixture(scope="module")
def compose(unpacked: Path) -> dict:
    return yaml.safe_load((unpacked / COMPOSE).read_text())


def nodes(compose: dict) -> dict:
    return {name: service for name, service in compose["services"].items() if name.startswith("latchkey-")}


def test_the_settings_exist(compose: dict, serve_help: str) -> None:
    known = variables(serve_help)
    for service in nodes(compose).values():
        used = set(service["environment"])
        assert used <= known, used - known
        assert flags(" ".join(service["command"])) <= flags(serve_help)


def test_it_fits_together(compose: dict, unpacked: Path) -> None:
    services, here = compose["services"], unpacked / "packaging"
    one, two = nodes(compose).values()
    # The same except for its writable data folder.
    volumes = [node["volumes"] for node in (one, two)]
    assert volumes == [["node-1:/data"], ["node-2:/data"]]
    assert {"node-1", "node-2"} <= set(compose["volumes"])
    assert {**one, "volumes": None} == {**two, "volumes": None}
    proxy, database = services["proxy"], services["database"]
    assert (here / one["build"]["context"] / one["build"]["dockerfile"]).is_file()
    environment = one["environment"]
    assert proxy["networks"]["inside"]["ipv4_address"] == environment["LATCHKEY_TRUSTED_PROXIES"]
    # Only the proxy can be reached from outside, and only it can connect to the outside.
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in services.items() if "outside" in service["networks"]] == ["proxy"]
    # Both sides use the same database name and user, and the password is in a file.
    url = environment["LATCHKEY_DATABASE_URL"]
    said = database["environment"]
    assert url == f"postgres://{said['POSTGRES_USER']}@database/{said['POSTGRES_DB']}"
    assert environment["LATCHKEY_DATABASE_PASSWORD_FILE"] == said["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database-password"
    for service in (one, database):
        for secret in service["secrets"]:
            assert (secret if isinstance(secret, str) else secret["source"]) in compose["secrets"]
    # It waits for requests in progress.
    assert int(one["stop_grace_period"].removesuffix("s")) >= int(environment["LATCHKEY_DRAIN_DELAY"]) + 15
    caddyfile = (here / "Caddyfile.nodes").read_text()
    assert "./Caddyfile.nodes:/etc/caddy/Caddyfile:ro" in proxy["volumes"]
    assert f"reverse_proxy {' '.join(f'{name}:3000' for name in nodes(compose))} {{" in caddyfile


def commands_for_secrets(unpacked: Path) -> str:
    lines = re.findall(r"^#     (.*)$", (unpacked / COMPOSE).read_text(), re.MULTILINE)
    assert len(lines) == 5, lines
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `.env` and the secrets, created as the head of the file says."""
    folder = tmp_path_factory.mktemp("compose")
    run(["bash", "-euc", commands_for_secrets(unpacked)], cwd=folder)
    assert (folder / ".env").read_text() == f"LATCHKEY_HOST={HOST}\n"
    return folder


def start(name: str, compose: dict, folder: Path, database: str, binary: Path) -> Node:
    """A node with the environment of its service, but with the paths of this machine."""
    data = folder / name
    data.mkdir()
    environment = dict(compose["services"][name]["environment"])
    for secret in compose["services"][name]["secrets"]:
        if isinstance(secret, dict):
            source = folder / compose["secrets"][secret["source"]]["file"]
            (data / Path(secret["target"]).name).write_bytes(source.read_bytes())
    environment |= {
        "LATCHKEY_DATA_DIR": str(data),
        "LATCHKEY_PUBLIC_URL": environment["LATCHKEY_PUBLIC_URL"].replace("${LATCHKEY_HOST:?name it in .env}", HOST),
        # PostgreSQL here trusts every client of its socket. The password is still sent if it asks.
        "LATCHKEY_DATABASE_URL": database,
        "LATCHKEY_DATABASE_PASSWORD_FILE": str(folder / compose["secrets"]["database-password"]["file"]),
        "LATCHKEY_TRUSTED_PROXIES": "127.0.0.1",
        "LATCHKEY_METRICS_LISTEN": "127.0.0.1:0",
        # The proxy checks more often here.
        "LATCHKEY_DRAIN_DELAY": "5",
    }
    return Node(binary, folder, name, environment)


def caddy(unpacked: Path, folder: Path, ports: list[int], port: int, names: tuple[Path, Path]) -> Caddy:
    config = (unpacked / "packaging/Caddyfile.nodes").read_text()
    config = config.replace("latchkey-1:3000 latchkey-2:3000", " ".join(f"127.0.0.1:{node}" for node in ports))
    config = config.replace("{$LATCHKEY_HOST} {", f"{HOST} {{\n\tbind 127.0.0.1\n\ttls {names[0]} {names[1]}")
    options = f"\tadmin off\n\thttp_port {free_port()}\n\thttps_port {port}\n"
    return Caddy(config, folder, options)


def nginx(unpacked: Path, folder: Path, ports: list[int], port: int, names: tuple[Path, Path]) -> Nginx:
    config = (unpacked / "packaging/nginx.conf").read_text()
    upstream = (unpacked / "packaging/nginx-nodes.conf").read_text()
    for place, node in zip(["10.0.0.7:3000", "10.0.0.8:3000"], ports, strict=True):
        assert place in upstream
        upstream = upstream.replace(place, f"127.0.0.1:{node}")
    config = upstream + config[config.index("server {") :]
    config = re.sub(r"^ *listen \[::\].*\n", "", config, flags=re.MULTILINE)
    config = config.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    config = config.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    for name, here in zip(["fullchain.pem", "privkey.pem"], names, strict=True):
        config = config.replace(f"/etc/letsencrypt/live/{HOST}/{name}", str(here))
    return Nginx(config, folder)


class Load:
    """Programs that send requests through the proxy repeatedly: half of them GET, half of them POST."""

    def __init__(self, url: str, chain: Path, page: str, credentials: tuple[str, str]) -> None:
        self.url, self.chain, self.page, self.credentials = url, chain, page, credentials
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.answers: list[tuple[str, int]] = []
        self.threads = [threading.Thread(target=self._run, args=(kind,)) for kind in ["get", "post"] * 3]

    def _run(self, kind: str) -> None:
        session = client(self.chain)
        while not self.stop.is_set():
            try:
                if kind == "get":
                    answer = session.get(f"{self.url}{self.page}", timeout=30)
                else:
                    form = {"token": "none"}
                    answer = session.post(f"{self.url}/oauth/introspect", data=form, auth=self.credentials, timeout=30)
                status = answer.status_code
            except requests.RequestException:
                status = 0
            with self.lock:
                self.answers.append((kind, status))

    def count(self) -> int:
        with self.lock:
            return len(self.answers)

    def more(self, number: int) -> None:
        """Waits for this many more answers."""
        until, deadline = self.count() + number, time.monotonic() + 60
        while self.count() < until:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def failed(self, kind: str, after: int = 0) -> list[int]:
        return [status for this, status in self.answers[after:] if this == kind and status != 200]

    def is_well_again(self) -> None:
        """Waits until no request fails any more."""
        deadline = time.monotonic() + 30
        while True:
            before = self.count()
            self.more(200)
            failed = self.failed("post", before)
            if not failed:
                return
            assert time.monotonic() < deadline, failed
            time.sleep(0.5)

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def takes_the_other_for_dead(folder: Path) -> bool:
    """Whether a Caddy older than 2.11.2 did what caddyserver/caddy#7546 is about, which does not happen each time. A POST that
    was about to connect when the node was killed comes to the other one without its body, and that one is then taken for dead,
    too: for `fail_duration`, in which each POST is answered with 503."""
    version = re.match(r"v?(\d+)\.(\d+)\.(\d+)", run([program("caddy"), "version"]))
    is_old = tuple(int(part) for part in version.groups()) < (2, 11, 2)
    return is_old and "invalid Read on closed Body" in (folder / "caddy.log").read_text()


@pytest.mark.parametrize("balancer", ["caddy", "nginx"])
@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_a_node_may_go(
    balancer: str, signal: str, compose: dict, folder: Path, unpacked: Path, tmp_path: Path
) -> None:
    if program(balancer) is None:
        pytest.skip(f"{balancer} is not installed")
    binary = unpacked / "latchkey"
    secrets = tmp_path / "secrets"
    secrets.symlink_to(folder / "secrets")
    names = certificate(tmp_path)
    with Postgres() as postgres:
        database = postgres.database("latchkey")
        first, second = (start(name, compose, tmp_path, database, binary) for name in nodes(compose))
        port = free_port()
        make = {"caddy": caddy, "nginx": nginx}[balancer]
        with first, second, make(unpacked, tmp_path, [first.port, second.port], port, names) as proxy:
            proxy.listens(port)
            data = [f"--database={database}", f"--data-dir={tmp_path / 'latchkey-1'}"]

            def ask(*words: str) -> dict:
                return json.loads(run([str(binary), *words, "--json", *data]))

            create = ["app", "create", "--name=Load", "--redirect-uri=https://load.example/cb", "--scope=read:posts"]
            application = ask(*create)
            page = f"/networks/{ask('network', 'show')['slug']}/graphql/schema"
            credentials = (application["client_id"], application["client_secret"])
            with Load(f"https://127.0.0.1:{port}", names[0], page, credentials) as load:
                load.more(200)
                getattr(second.process, signal)()
                second.process.wait(timeout=60)
                load.more(400)
                # Requests sent on after `lb_try_interval` are answered too.
                time.sleep(0.5)
                struck = balancer == "caddy" and signal == "kill" and takes_the_other_for_dead(tmp_path)
                if struck:
                    load.is_well_again()
            assert second.process.returncode == (0 if signal == "terminate" else -9)
            # Read-only requests are sent to the other node.
            assert load.failed("get") == []
            # A request that a killed node had received may not be sent twice. A node that is told to stop answers it.
            in_hands = 3 if signal == "kill" else 0
            failed = load.failed("post")
            if struck:
                # The number of failures depends on Caddy. The answers must be Caddy's own, and they must end.
                log = (tmp_path / "caddy.log").read_text()
                assert set(failed) <= {502, 503}, failed
                assert failed.count(503) <= log.count('"no upstreams available"')
                assert failed.count(502) <= len(re.findall(r'"status":502\b', log))
            else:
                assert len(failed) <= in_hands, failed
