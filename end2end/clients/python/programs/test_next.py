"""Auth.js in Next.js, set up with what "Use it" shows and as docs/recipes/auth-js.md says."""

import re
import tempfile
from collections.abc import Iterator

import pytest

from support.latchkey import ROOT, Latchkey
from support.person import Person
from support.program import Program
from support.visitor import Visitor

# What every application has.
FILES = {
    "package.json": '{ "name": "app", "private": true }',
    "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
    "app/layout.tsx": """
export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
""",
    "app/page.tsx": """
import { auth } from "../auth";

export default async function Page() {
  return <p>{(await auth())?.user?.name ?? "nobody"}</p>;
}
""",
}

# Without telemetry. Next.js takes no packages from a folder that the home is in.
VARIABLES = {"NEXT_TELEMETRY_DISABLED": "1", "HOME": tempfile.gettempdir()}


@pytest.fixture(scope="module")
def next_js(latchkey: Latchkey, host: Person) -> Iterator[Program]:
    next_js = Program("next", npm=True)
    # Next.js itself calls its 127.0.0.1 so.
    next_js.address = f"http://localhost:{next_js.port}"
    callback = f"{next_js.address}/api/auth/callback/latchkey"
    application = latchkey.register(callback, ("openid", "profile", "email"))
    route, environment = recipe(next_js)
    files = {
        **FILES,
        "auth.ts": host.reads_settings(application.client_id, "auth-js"),
        "app/api/auth/[...nextauth]/route.ts": route,
        ".env.local": environment,
    }
    for name, text in files.items():
        file = next_js.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    try:
        # It checks the types too.
        next_js.run("next", "build", **VARIABLES)
        next_js.start("next", "start", "--port", str(next_js.port), ready="/", **VARIABLES)
        yield next_js
    finally:
        next_js.stop()


def recipe(next_js: Program) -> list[str]:
    """The blocks that the recipe has for Next.js."""
    _, text = (ROOT / "docs/recipes/auth-js.md").read_text().split("\n## In Next.js\n")
    text = text.replace("https://app.example", next_js.address).replace("…", "a secret of the tests")
    return re.findall(r"^```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def presses(browser: Visitor, button: str) -> str:
    """Returns where the browser is sent."""
    token = browser.visits("/api/auth/csrf").json()["csrfToken"]
    return browser.visits(f"/api/auth/{button}", {"csrfToken": token, "callbackUrl": "/"}).headers.get("Location", "")


def user(browser: Visitor) -> dict | None:
    session = browser.visits("/api/auth/session").json()
    return session and session["user"]


def test_a_member_signs_in_and_out(next_js: Program, latchkey: Latchkey, member: Person) -> None:
    browser = Visitor(next_js.address)
    assert "<p>nobody</p>" in browser.visits("/").text
    page = browser.visits(member.allows(presses(browser, "signin/latchkey")))
    assert "<p>Sam Okafor</p>" in page.text, page.text
    assert user(browser) == latchkey.member("member@demo.example")
    presses(browser, "signout")
    assert user(browser) is None


def test_who_denies_is_told_and_can_come_back(next_js: Program, host: Person) -> None:
    browser = Visitor(next_js.address)
    page = browser.visits(host.denies(presses(browser, "signin/latchkey")))
    assert "Try signing in with a different account" in page.text, page.text
    assert user(browser) is None
    browser.visits(host.allows(presses(browser, "signin/latchkey")))
    assert user(browser)["email"] == "host@demo.example"
