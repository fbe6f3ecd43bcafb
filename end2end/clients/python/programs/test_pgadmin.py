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
