"""The real binary with the demonstration network, in its own folder and on its own port."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[4]
BINARY = os.environ.get("LATCHKEY", str(ROOT / "target/release/latchkey"))

# All scopes that the applications here may request.
SCOPES = ["read:userinfo", "read:posts", "write:posts"]

# The settings of the person who runs the tests must not affect the tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY")}


@dataclass(frozen=True)
class Application:
    """An application, as its developer sees it. A public one has no secret."""

    client_id: str
    client_secret: str | None
    redirect_uri: str


class Latchkey:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="latchkey-")
        self._server = subprocess.Popen(
            [BINARY, "serve", "--demo", "--data-dir", self._folder.name, "--listen", "127.0.0.1:0"],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self._server.stdout.readline().strip()
        assert line.startswith("Latchkey is at "), f"{BINARY} did not start: {line!r}"
        # The URL that clients are configured with.
        self.issuer = line.removeprefix("Latchkey is at ")
        requests.get(f"{self.issuer}/healthz", timeout=10).raise_for_status()

    def stop(self) -> None:
        self._server.kill()
        self._server.communicate()
        self._folder.cleanup()

    def register_web_app(self) -> Application:
        """Registers a web application, which has a secret."""
        redirect_uri = "https://app.example/callback"
        created = self._create("--name", "Web App", "--redirect-uri", redirect_uri)
        return Application(created["client_id"], created["client_secret"], redirect_uri)

    def register_native_app(self) -> Application:
        """Registers a program on a member's device, which has no secret. It asks with a port that was free when it
        started (RFC 8252 section 7.3)."""
        created = self._create("--name", "Native App", "--redirect-uri", "http://127.0.0.1/callback", "--public")
        assert "client_secret" not in created
        return Application(created["client_id"], None, "http://127.0.0.1:49152/callback")

    def register(self, redirect_uris: str, scopes: Sequence[str], *more: str) -> Application:
        """Registers an application with a secret; one redirect URI on each line."""
        flags = [part for uri in redirect_uris.splitlines() for part in ("--redirect-uri", uri)]
        created = self._create("--name", "Relying Party", *flags, *more, scopes=scopes)
        return Application(created["client_id"], created["client_secret"], redirect_uris.splitlines()[0])

    def member(self, email: str) -> dict:
        """The member with this email, with the names of a profile's fields."""
        found = next(member for member in self._runs("member", "list") if member["email"] == email)
        return {"id": str(found["id"]), "name": found["name"], "email": email}

    def _create(self, *flags: str, scopes: Sequence[str] = SCOPES) -> dict:
        scoped = [part for scope in scopes for part in ("--scope", scope)]
        return self._runs("app", "create", *flags, *scoped)

    def _runs(self, *command: str) -> Any:
        """What a command prints."""
        command = (BINARY, *command, "--data-dir", self._folder.name, "--json")
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
