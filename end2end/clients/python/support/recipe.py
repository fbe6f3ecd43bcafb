"""A page of docs/recipes, followed as a reader would."""

import re

from support.latchkey import ROOT, Application

NETWORK, PROGRAM = "https://network.example", "https://app.example"


class Recipe:
    def __init__(self, page: str, network: str, program: str) -> None:
        """`network` and `program` are the addresses that the page's examples stand for."""
        self._text = (ROOT / "docs/recipes" / page).read_text().replace(NETWORK, network).replace(PROGRAM, program)

    @property
    def redirect_uri(self) -> str:
        return self._finds(r"^Register `(.*?)`")

    def settings(self, application: Application) -> str:
        """The page's first block, with the client ID and the secret in the places of the dots."""
        block = self._finds(r"^```\w+\n(.*?)^```$")
        id_and_secret = (application.client_id, application.client_secret)
        assert block.count("…") == len(id_and_secret), block
        for value in id_and_secret:
            block = block.replace("…", value, 1)
        return block

    def _finds(self, pattern: str) -> str:
        found = re.search(pattern, self._text, re.MULTILINE | re.DOTALL)
        assert found, f"nothing like {pattern} in {self._text}"
        return found[1]
