"""JupyterHub with oauthenticator, set up as docs/recipes/jupyterhub.md says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.latchkey import Latchkey
from support.person import Person
from support.program import Program, free_port
from support.recipe import Recipe
from support.visitor import Visitor

PROXY = Path(__file__).parent / "proxy/node_modules/.bin/configurable-http-proxy"


@pytest.fixture(scope="module")
def jupyterhub(latchkey: Latchkey) -> Iterator[Program]:
    jupyterhub = Program("jupyterhub")
    recipe = Recipe("jupyterhub.md", latchkey.issuer, jupyterhub.address)
    application = latchkey.register(recipe.redirect_uri, ("openid", "profile", "email"))
    settings = recipe.settings(application) + where(jupyterhub)
    (jupyterhub.folder / "jupyterhub_config.py").write_text(settings)
    try:
        jupyterhub.start("jupyterhub", ready="/hub/login")
        yield jupyterhub
    finally:
        jupyterhub.stop()


def where(jupyterhub: Program) -> str:
    """The addresses of the hub, and of the proxy in front of it."""
    return f"""
c.JupyterHub.bind_url = "{jupyterhub.address}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.command = ["{PROXY}"]
"""


def sign_in_link(page: str) -> str:
    """The button of the sign-in page."""
    link = re.search(r'href=[\'"](/hub/oauth_login[^\'"]*)', page)
    assert link, page
    return link[1]


def signed_in(page: str) -> dict[str, str]:
    """Who the page is for, and whether they are an administrator."""
    return dict(re.findall(r"^\s*(user|admin_access): (.*),$", page, re.MULTILINE))


def test_a_member_signs_in_and_out(jupyterhub: Program, member: Person) -> None:
    browser = Visitor(jupyterhub.address)
    link = sign_in_link(browser.visits("/hub/login").text)
    browser.visits(member.allows(browser.leaves(link)))
    page = browser.visits("/hub/home").text
    print(page)
    assert 0
