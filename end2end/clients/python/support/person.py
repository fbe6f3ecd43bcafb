"""A person of the demonstration network with a browser. The member by default."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

Fields = list[tuple[str, str]]


class Person:
    def __init__(self, site: str, email: str = "member@demo.example") -> None:
        self._site = site
        self._email = email
        self._browser = requests.Session()
        # Browsers send the site of the form's page with each form.
        self._browser.headers["Origin"] = site

    def allows(self, link: str, untick: tuple[str, ...] = ()) -> str:
        """Follows an application's link, signs in if asked to, and presses Allow unless the server remembers that.

        Returns the address of the application that the browser is sent to, and sends nothing there."""
        page, callback = self._opens(link)
        if callback:
            return callback
        ticked = [field for field in fields(page) if field[0] != "approved" or field[1] not in untick]
        return self._answers([*ticked, ("decision", "allow")])

    def denies(self, link: str) -> str:
        """The same with Deny."""
        page, callback = self._opens(link)
        assert not callback, f"nothing was asked: {callback}"
        hidden = [field for field in fields(page) if field[0] != "approved"]
        return self._answers([*hidden, ("decision", "deny")])

    def reads_settings(self, client_id: str, program: str) -> str:
        """What "Use it" of an application shows a host for a program, with the secret."""
        address = f"{self._site}/admin/settings/oauth-applications/{client_id}/use?program={program}"
        self._signs_in(address)
        page, _ = self._visits(address, [])  # "Show the secret"
        found = re.search(r' id="env"[^>]*>(.*?)</code>', page, re.DOTALL)
        assert found, page
        return unescape(re.sub("<[^>]*>", "", found[1]))

    def _signs_in(self, link: str) -> tuple[str, str | None]:
        """Opens a link, and signs in if asked to."""
        page, callback = self._visits(link)
        if 'action="/sign-in"' in page:
            typed = [("email", self._email), ("password", "latchkey-demo")]
            page, callback = self._visits(f"{self._site}/sign-in", [*fields(page), *typed])
        return page, callback

    def _opens(self, link: str) -> tuple[str, str | None]:
        page, callback = self._signs_in(link)
        assert callback or 'value="allow"' in page, f"no consent page: {page}"
        return page, callback

    def _answers(self, form: Fields) -> str:
        page, callback = self._visits(f"{self._site}/oauth/authorize", form)
        assert callback, f"not sent back to the application: {page}"
        return callback

    def _visits(self, address: str, form: Fields | None = None) -> tuple[str, str | None]:
        """Follows redirects within this site. Returns the page, or the URL of another site."""
        method = "GET" if form is None else "POST"
        answer = self._browser.request(method, address, data=form, allow_redirects=False, timeout=10)
        if "Location" not in answer.headers:
            assert answer.status_code == 200, answer.text
            return answer.text, None
        target = urljoin(address, answer.headers["Location"])
        return self._visits(target) if target.startswith(f"{self._site}/") else ("", target)


def fields(page: str) -> Fields:
    """The fields that a browser sends for the main form of a page: hidden fields and ticked boxes."""
    parser = _Form()
    parser.feed(page)
    return parser.fields


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self._inside = attributes.get("action") in ("/sign-in", "/oauth/authorize")
        elif tag == "input" and self._inside and (attributes.get("type") == "hidden" or "checked" in attributes):
            self.fields.append((attributes.get("name") or "", attributes.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
