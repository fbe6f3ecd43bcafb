"""Use it, on the page of an application, shows the settings that the recipes show and that the programs here run with."""

import pytest

from support.latchkey import ROOT, Application
from support.recipe import NETWORK, PROGRAM, Recipe

APPLICATION = Application("the-client-id", "the-secret", PROGRAM)


@pytest.mark.parametrize(
    ("page", "snippet"),
    [
        ("synapse.md", "homeserver.yaml"),
        ("jupyterhub.md", "jupyterhub_config.py"),
        ("pgadmin.md", "pgadmin_config.py"),
    ],
)
def test_use_it_shows_the_settings_of_the_recipe(page: str, snippet: str) -> None:
    recipe = Recipe(page, NETWORK, PROGRAM)
    filled_in = (ROOT / "app/snippets/sign-in" / snippet).read_text()
    for placeholder, value in {
        "LATCHKEY_ISSUER": NETWORK,
        "LATCHKEY_NETWORK": "My network",
        "LATCHKEY_CLIENT_ID": APPLICATION.client_id,
        "LATCHKEY_CLIENT_SECRET": APPLICATION.client_secret,
        "LATCHKEY_REDIRECT_URI": recipe.redirect_uri,
    }.items():
        filled_in = filled_in.replace(placeholder, value)
    assert without_comments(filled_in) == without_comments(recipe.settings(APPLICATION))


def without_comments(settings: str) -> list[str]:
    return [line for line in settings.splitlines() if not line.lstrip().startswith("#")]
