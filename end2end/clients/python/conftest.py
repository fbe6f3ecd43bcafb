"""One server and one member for all tests of a run; each test registers its own application."""

import os
from collections.abc import Iterator

import pytest
import requests

from support.latchkey import Latchkey
from support.person import Person

# oauthlib refuses plain HTTP by default. This allows it, only for http://localhost.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


@pytest.fixture(scope="session")
def latchkey() -> Iterator[Latchkey]:
    latchkey = Latchkey()
    yield latchkey
    latchkey.stop()


@pytest.fixture(scope="session")
def member(latchkey: Latchkey) -> Person:
    return Person(latchkey.issuer)


@pytest.fixture(scope="session")
def metadata(latchkey: Latchkey) -> dict:
    """The server's metadata (RFC 8414)."""
    metadata = requests.get(f"{latchkey.issuer}/.well-known/oauth-authorization-server", timeout=10).json()
    assert metadata["issuer"] == latchkey.issuer
    return metadata
