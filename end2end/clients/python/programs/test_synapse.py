"""Matrix Synapse, set up as docs/recipes/synapse.md says."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml

from support.latchkey import Latchkey
from support.person import Person
from support.program import Program
from support.recipe import Recipe
from support.visitor import Visitor

# Where a Matrix client sends the browser, and the client that the browser returns to.
SIGN_IN = "/_matrix/client/v3/login/sso/redirect/oidc-latchkey?redirectUrl=http://client.example/"


@pytest.fixture(scope="module")
def synapse(latchkey: Latchkey) -> Iterator[Program]:
    synapse = Program("synapse")
    recipe = Recipe("synapse.md", latchkey.issuer, synapse.address)
    application = latchkey.register(recipe.redirect_uri, ("openid", "profile", "email"))
    files = {"recipe.yaml": recipe.settings(application), "homeserver.yaml": yaml.dump(homeserver(synapse))}
    for name, text in files.items():
        (synapse.folder / name).write_text(text)
    configs = [part for name in files for part in ("--config-path", name)]
    try:
        synapse.run("python", "-m", "synapse.app.homeserver", *configs, "--generate-keys")
        synapse.start(
            *("python", "-m", "synapse.app.homeserver", *configs),
            ready="/health",
            # Latchkey is at an http address here.
            AUTHLIB_INSECURE_TRANSPORT="1",
        )
        yield synapse
    finally:
        synapse.stop()


def homeserver(synapse: Program) -> dict:
    """The settings that every Synapse has."""
    return {
        "server_name": "chat.example",
        "public_baseurl": f"{synapse.address}/",
        "listeners": [
            {"port": synapse.port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "sqlite3", "args": {"database": "homeserver.db"}},
        "signing_key_path": "signing.key",
        "media_store_path": "media",
        "macaroon_secret_key": "test",
        "report_stats": False,
        "trusted_key_servers": [],
    }


class MatrixClient:
    """A client of the Matrix protocol."""

    def __init__(self, synapse: Program, token: str) -> None:
        self._api = f"{synapse.address}/_matrix/client/v3"
        answer = requests.post(f"{self._api}/login", json={"type": "m.login.token", "token": token}, timeout=30)
        assert answer.ok, answer.text
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str) -> dict:
        return requests.get(f"{self._api}{path}", headers=self._headers, timeout=30).json()

    def post(self, path: str) -> dict:
        return requests.post(f"{self._api}{path}", headers=self._headers, json={}, timeout=30).json()


def login_token(page: str) -> str:
    """What the button "Continue" of Synapse's last page takes to the client."""
    link = re.search(r'href="(http://client\.example/[^"]*)"', page)
    assert link, page
    return parse_qs(urlsplit(unescape(link[1])).query)["loginToken"][0]


def test_a_member_signs_in_and_out(synapse: Program, member: Person) -> None:
    browser = Visitor(synapse.address)
    page = browser.visits(member.allows(browser.leaves(SIGN_IN)))
    client = MatrixClient(synapse, login_token(page.text))
    assert client.get("/account/whoami")["user_id"] == "@sam-okafor:chat.example"
    assert client.get("/profile/@sam-okafor:chat.example/displayname") == {"displayname": "Sam Okafor"}
    client.post("/logout")
    assert client.get("/account/whoami")["errcode"] == "M_UNKNOWN_TOKEN"


def test_who_denies_reads_why_and_can_come_back(synapse: Program, host: Person) -> None:
    browser = Visitor(synapse.address)
    page = browser.visits(host.denies(browser.leaves(SIGN_IN)))
    assert (page.status_code, "access_denied" in page.text) == (400, True), page.text
    page = browser.visits(host.allows(browser.leaves(SIGN_IN)))
    client = MatrixClient(synapse, login_token(page.text))
    assert client.get("/account/whoami")["user_id"] == "@robin-hale:chat.example"
