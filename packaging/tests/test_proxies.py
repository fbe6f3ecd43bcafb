"""The shipped settings of nginx and Caddy before a real server: HTTPS, a sign-in, a token, and trusted addresses."""

import contextlib
import html
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from network import HOST, Caddy, Nginx, Node, certificate, client, free_port, program
from support import run

PASSWORD = "correct horse battery"
CALLBACK = "https://myapp.com/oauth/callback"


class Site(NamedTuple):
    url: str
    plain_url: str
    chain: Path
    node: Node
    application: dict


def nginx(unpacked: Path, folder: Path, ports: tuple[int, int], node: int, names: tuple[Path, Path]) -> Nginx:
    config = (unpacked / "packaging/nginx.conf").read_text()
    config = re.sub(r"^ *listen \[::\].*\n", "", config, flags=re.MULTILINE)
    for there, here in [
        ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{ports[1]} ssl;"),
        ("127.0.0.1:3000", f"127.0.0.1:{node}"),
        # Lets a test wait for it.
        ("client_body_timeout 20s;", "client_body_timeout 2s;"),
        (f"/etc/letsencrypt/live/{HOST}/fullchain.pem", str(names[0])),
        (f"/etc/letsencrypt/live/{HOST}/privkey.pem", str(names[1])),
    ]:
        assert there in config, there
        config = config.replace(there, here)
    return Nginx(config, folder)


def caddy(unpacked: Path, folder: Path, ports: tuple[int, int], node: int, names: tuple[Path, Path]) -> Caddy:
    config = (unpacked / "packaging/Caddyfile").read_text()
    assert "latchkey:3000" in config and "read_body 30s" in config
    # Lets a test wait for it.
    config = config.replace("read_body 30s", "read_body 2s")
    config = config.replace("latchkey:3000", f"127.0.0.1:{node}").replace("{$LATCHKEY_HOST}", HOST)
    # No certificate authority issues one for a foreign name, and the standard ports need root.
    options = f"\tadmin off\n\thttp_port {ports[0]}\n\thttps_port {ports[1]}\n"
    config = config.replace(f"{HOST} {{\n", f"{HOST} {{\n\tbind 127.0.0.1\n\ttls {names[0]} {names[1]}\n", 1)
    return Caddy(config, folder, options)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if program(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    binary = unpacked / "latchkey"
    member = ["member", "add", "--email=ada@example.com", "--name=Ada", "--role=host"]
    run([str(binary), *member], cwd=folder, input=f"{PASSWORD}\n")
    create = ["app", "create", "--name=CRM", f"--redirect-uri={CALLBACK}", "--scope=read:userinfo", "--json"]
    application = json.loads(run([str(binary), *create], cwd=folder))
    toml = (unpacked / "packaging/latchkey.toml").read_text()
    (folder / "latchkey.toml").write_text(toml)
    names = certificate(folder)
    ports = (free_port(), free_port())
    start = {"nginx": nginx, "caddy": caddy}[request.param]
    with Node(binary, folder, "node", {}) as node, start(unpacked, folder, ports, node.port, names) as proxy:
        proxy.listens(ports[1])
        yield Site(f"https://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[0]}", names[0], node, application)


def sign_in(session: requests.Session, url: str, **more: str) -> requests.Response:
    form = {"email": "ada@example.com", "password": PASSWORD, **more}
    answer = session.post(f"{url}/sign-in", data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, answer.text
    return answer


def test_plain_http_leads_to_https(site: Site) -> None:
    long = "x" * 12_000
    answer = client(site.chain).get(f"{site.plain_url}/account?x={long}", allow_redirects=False, timeout=10)
    assert answer.status_code in (301, 308)
    location = urlsplit(answer.headers["location"])
    assert (location.scheme, location.hostname, location.path, location.query) == ("https", HOST, "/account", f"x={long}")


def hidden(page: str, action: str) -> list[tuple[str, str]]:
    """The hidden fields of the form that posts to `action`."""
    form = next(form for form in page.split("<form") if f'action="{action}"' in form).split("</form>")[0]
    return [
        (html.unescape(re.search(r'name="([^"]*)"', field)[1]), html.unescape(re.search(r'value="([^"]*)"', field)[1]))
        for field in re.findall(r'<input type="hidden"[^>]*>', form)
    ]


def allow(person: requests.Session, site: Site, consent: requests.Response) -> dict[str, list[str]]:
    """Presses Allow. Returns what the application gets."""
    fields = hidden(consent.text, "/oauth/authorize") + [("approved", "read:userinfo"), ("decision", "allow")]
    sent = person.post(f"{site.url}/oauth/authorize", data=fields, allow_redirects=False, timeout=10)
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(f"{CALLBACK}?")
    return parse_qs(urlsplit(sent.headers["location"]).query)


def test_a_token_comes_out_at_the_end(site: Site) -> None:
    person = client(site.chain)
    cookie = sign_in(person, site.url).headers["set-cookie"]
    assert cookie.startswith("__Host-") and {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}

    program_ = client(site.chain)
    metadata = program_.get(f"{site.url}/.well-known/oauth-authorization-server", timeout=10).json()
    assert metadata["issuer"] == f"https://{HOST}"
    assert metadata["token_endpoint"] == f"https://{HOST}/oauth/token"

    query = {
        "response_type": "code", "client_id": site.application["client_id"], "redirect_uri": CALLBACK,
        "scope": "read:userinfo", "state": "s",
    }
    consent = person.get(f"{site.url}/oauth/authorize", params=query, timeout=10)
    assert consent.status_code == 200, consent.text
    back = allow(person, site, consent)
    assert back["iss"] == [f"https://{HOST}"] and back["state"] == ["s"]

    tokens = program_.post(
        f"{site.url}/oauth/token",
        data={"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CALLBACK},
        auth=(site.application["client_id"], site.application["client_secret"]), timeout=10,
    )
    assert tokens.status_code == 200, tokens.text
    # Not compressed on the way: compressing a response with a secret could leak it.
    assert "content-encoding" not in tokens.headers
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert program_.get(f"{site.url}/oauth/userinfo", headers=bearer, timeout=10).json()["email"] == "ada@example.com"


@pytest.mark.parametrize("state", ["x" * 1_300, "x" * 4_096, "aB3+/=%&" * 512, "\U0001f511" * 1_024])
def test_a_long_state_arrives(site: Site, state: str) -> None:
    """From the application's link to the callback, through the sign-in page and Allow."""
    person = client(site.chain)
    query = urlencode({
        "response_type": "code", "client_id": site.application["client_id"], "redirect_uri": CALLBACK,
        "scope": "read:userinfo", "state": state, "prompt": "consent",
    })

    def follow(path: str) -> requests.Response:
        return person.get(f"{site.url}{path}", allow_redirects=False, timeout=10)

    to_sign_in = follow(f"/oauth/authorize?{query}")
    assert to_sign_in.status_code == 303, to_sign_in.text
    page = follow(to_sign_in.headers["location"])
    assert page.status_code == 200, page.text
    signed_in = sign_in(person, site.url, **dict(hidden(page.text, "/sign-in")))
    consent = follow(signed_in.headers["location"])
    assert consent.status_code == 200, consent.text
    back = allow(person, site, consent)
    assert back["state"] == [state] and back["code"]


def is_quick(site: Site) -> None:
    """The sign-in page through the proxy, and the health check beside it."""
    for url in [f"{site.url}/sign-in", f"http://127.0.0.1:{site.node.port}/healthz"]:
        start = time.monotonic()
        assert client(site.chain).get(url, timeout=10).status_code == 200
        assert time.monotonic() - start < 5, url


def test_idle_connections_and_slow_bodies_keep_nobody_out(site: Site) -> None:
    address = ("127.0.0.1", urlsplit(site.url).port)
    context = ssl.create_default_context(cafile=str(site.chain))
    head = (
        f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 60000\r\n\r\nemail="
    )
    with contextlib.ExitStack() as stack:
        for _ in range(1_000):
            stack.enter_context(socket.create_connection(address, timeout=10))
        is_quick(site)
        slow = []
        for _ in range(150):
            plain = stack.enter_context(socket.create_connection(address, timeout=60))
            connection = stack.enter_context(context.wrap_socket(plain, server_hostname=HOST))
            connection.sendall(head.encode())
            slow.append(connection)
        is_quick(site)
        # The server waits for none of them.
        for connection in slow:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                while connection.recv(4096):
                    pass
    is_quick(site)


def test_silent_connections_beside_the_proxy_keep_nobody_out(site: Site) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(1_100):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", site.node.port), timeout=10))
            connection.sendall(b"G")
        is_quick(site)


def test_another_host_is_refused(site: Site) -> None:
    stranger = client(site.chain)
    stranger.headers["Host"] = "evil.example"
    url = f"http://127.0.0.1:{site.node.port}"
    assert stranger.get(f"{url}/sign-in", timeout=10).status_code == 421
    assert stranger.get(f"{url}/readyz", timeout=10).status_code == 200


def addresses(session: requests.Session, url: str) -> str:
    return session.get(f"{url}/account/sessions", timeout=10).text


def test_only_the_proxy_says_who_calls(site: Site) -> None:
    lie = {"X-Forwarded-For": "198.51.100.66"}
    person = client(site.chain, source="127.0.0.77")
    person.headers.update(lie)
    sign_in(person, site.url)
    page = addresses(person, site.url)
    # The address that the proxy sees, not the one that the client claims.
    assert "127.0.0.77" in page and "198.51.100.66" not in page
    # A client that bypasses the proxy is not trusted either.
    url = f"http://127.0.0.1:{site.node.port}"
    stranger = client(site.chain, source="127.0.0.88")
    stranger.headers.update(lie)
    cookie = sign_in(stranger, url).headers["set-cookie"].split(";")[0]
    page = stranger.get(f"{url}/account/sessions", headers={"Cookie": cookie}, timeout=10).text
    assert "127.0.0.88" in page and "198.51.100.66" not in page
