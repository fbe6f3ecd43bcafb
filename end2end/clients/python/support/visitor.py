"""Somebody's browser at a program."""

from urllib.parse import urljoin

import requests


class Visitor:
    def __init__(self, site: str) -> None:
        self._site = site
        self._browser = requests.Session()

    def visits(self, address: str, form: dict[str, str] | None = None) -> requests.Response:
        """Follows redirects within the program. Returns a page, or a redirect to another site."""
        address = urljoin(self._site, address)
        method = "GET" if form is None else "POST"
        answer = self._browser.request(method, address, data=form, allow_redirects=False, timeout=30)
        # Browsers send cookies marked Secure also to http addresses of their own machine.
        for cookie in self._browser.cookies:
            cookie.secure = False
        target = urljoin(address, answer.headers.get("Location", ""))
        if answer.is_redirect and target.startswith(f"{self._site}/"):
            return self.visits(target)
        return answer

    def leaves(self, address: str, form: dict[str, str] | None = None) -> str:
        """The same where a redirect to another site must follow. Returns its address."""
        answer = self.visits(address, form)
        assert answer.is_redirect, f"{answer.status_code} {answer.url}\n{answer.text}"
        return answer.headers["Location"]
