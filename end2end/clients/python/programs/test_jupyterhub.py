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
    """The addresses of the hub and of the proxy in front of it. Nobody starts a notebook here."""
    return f"""
c.JupyterHub.default_url = "/hub/home"
c.JupyterHub.bind_url = "{jupyterhub.address}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.command = ["{PROXY}"]
"""


def signs_in(browser: Visitor, person: Person) -> str:
    """Follows the button of the sign-in page. Returns the page that a person then sees."""
    button = re.search(r'href=[\'"](/hub/oauth_login[^\'"]*)', browser.visits("/hub/login").text)
    assert button
    page = browser.visits(person.allows(browser.leaves(button[1])))
    assert page.ok, page.text
    return page.text


def user(page: str) -> str | None:
    """Who is signed in, as the top of a page shows."""
    found = re.search(r'id="login_widget">\s*<span[^>]*>(.*?)</span>', page)
    return found and found[1]


def test_a_member_signs_in_and_out(jupyterhub: Program, member: Person) -> None:
    browser = Visitor(jupyterhub.address)
    page = signs_in(browser, member)
    assert (user(page), "/hub/admin" in page) == ("sam-okafor", False), page
    assert browser.visits("/hub/admin").status_code == 403
    page = browser.visits("/hub/logout").text
    assert user(page) is None, page
    assert browser.visits("/hub/home").url.startswith(f"{jupyterhub.address}/hub/login")


def test_a_host_is_an_administrator(jupyterhub: Program, host: Person) -> None:
    browser = Visitor(jupyterhub.address)
    page = signs_in(browser, host)
    assert (user(page), "/hub/admin" in page) == ("robin-hale", True), page
    assert browser.visits("/hub/admin").ok
