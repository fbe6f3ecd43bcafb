"""pgAdmin 4, set up as docs/recipes/pgadmin.md says."""

import re
from collections.abc import Iterator

import pytest

from support.latchkey import Latchkey
from support.person import Person
from support.program import Program
from support.recipe import Recipe
from support.visitor import Visitor


@pytest.fixture(scope="module")
def pgadmin(latchkey: Latchkey) -> Iterator[Program]:
    pgadmin = Program("pgadmin")
    recipe = Recipe("pgadmin.md", latchkey.issuer, pgadmin.address)
    application = latchkey.register(recipe.redirect_uri, ("openid", "profile", "email"))
    settings = recipe.settings(application) + where(pgadmin)
    (pgadmin.folder / "config_local.py").write_text(settings)
    try:
        pgadmin.start(
            "pgadmin4",
            ready="/misc/ping",
            PYTHONPATH=str(pgadmin.folder),
            PGADMIN_SETUP_EMAIL="operator@app.example",
            PGADMIN_SETUP_PASSWORD="a password of the tests",
        )
        yield pgadmin
    finally:
        pgadmin.stop()


def where(pgadmin: Program) -> str:
    return f"""
DATA_DIR = "{pgadmin.folder}/data"
DEFAULT_SERVER_PORT = {pgadmin.port}
"""


def signs_in(browser: Visitor, person: Person) -> str:
    """Presses the button of the sign-in page. Returns the page that a person then sees."""
    token = re.search(r'"csrfToken": "(.*?)"', browser.visits("/login").text)
    assert token
    button = {"oauth2_button": "latchkey", "csrf_token": token[1]}
    page = browser.visits(person.allows(browser.leaves("/authenticate/login", button)))
    assert page.ok, page.text
    return page.text


def user(browser: Visitor) -> str | None:
    """Whose menu the script of the main page makes."""
    found = re.search(r"username: '(.*?)'", browser.visits("/browser/js/utils.js").text)
    return found and found[1]


def test_a_host_signs_in_and_out(pgadmin: Program, host: Person) -> None:
    browser = Visitor(pgadmin.address)
    page = signs_in(browser, host)
    assert user(browser) == "host@demo.example", page
    browser.visits("/oauth2/logout?next=/browser/")
    assert user(browser) is None


def test_a_member_is_refused(pgadmin: Program, member: Person) -> None:
    browser = Visitor(pgadmin.address)
    page = signs_in(browser, member)
    assert "The user is not authorized to login based on your identity profile." in page, page
    assert user(browser) is None
