"""requests-oauthlib, which uses oauthlib."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    MismatchingStateError,
    OAuth2Error,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from support.latchkey import Application, Latchkey
from support.person import Person

SCOPE = ["read:userinfo", "read:posts"]


@dataclass
class Registered:
    """An application and its authentication: `client_secret_basic`, `client_secret_post`, or none."""

    app: Application
    method: str
    metadata: dict

    def client(self, **changes: object) -> OAuth2Session:
        settings = dict(scope=SCOPE, redirect_uri=self.app.redirect_uri, pkce="S256")
        return OAuth2Session(self.app.client_id, **(settings | changes))

    @property
    def fetching(self) -> dict:
        """The arguments of `fetch_token`."""
        return {
            "client_secret_basic": dict(client_secret=self.app.client_secret),
            "client_secret_post": dict(client_secret=self.app.client_secret, include_client_id=True),
            "none": dict(include_client_id=True),
        }[self.method]

    @property
    def calling(self) -> dict:
        """The arguments of `refresh_token` and other requests: the library itself adds no credentials to them."""
        app = self.app
        return {
            "client_secret_basic": dict(auth=HTTPBasicAuth(app.client_id, app.client_secret or "")),
            "client_secret_post": dict(client_id=app.client_id, client_secret=app.client_secret),
            "none": dict(client_id=app.client_id),
        }[self.method]


@pytest.fixture(params=["client_secret_basic", "client_secret_post", "none"])
def registered(request: pytest.FixtureRequest, latchkey: Latchkey, metadata: dict) -> Registered:
    public = request.param == "none"
    app = latchkey.register_native_app() if public else latchkey.register_web_app()
    return Registered(app, request.param, metadata)


@pytest.fixture
def confidential(latchkey: Latchkey, metadata: dict) -> Registered:
    return Registered(latchkey.register_web_app(), "client_secret_basic", metadata)


@pytest.fixture
def public(latchkey: Latchkey, metadata: dict) -> Registered:
    return Registered(latchkey.register_native_app(), "none", metadata)


def connect(registered: Registered, member: Person) -> OAuth2Session:
    """The whole flow: a client with its tokens."""
    client, metadata = registered.client(), registered.metadata
    link, state = client.authorization_url(metadata["authorization_endpoint"])
    callback = member.allows(link)
    client.fetch_token(metadata["token_endpoint"], authorization_response=callback, **registered.fetching)
    return client


def userinfo(registered: Registered, client: OAuth2Session) -> requests.Response:
    return client.get(registered.metadata["userinfo_endpoint"])


def refresh(registered: Registered, client: OAuth2Session, **changes: object) -> dict:
    token = client.refresh_token(registered.metadata["token_endpoint"], **registered.calling, **changes)
    return dict(token)


def revoke(registered: Registered, client: OAuth2Session) -> requests.Response:
    """The library has no function for this; oauthlib builds the request, and any client can send it."""
    credentials = dict(registered.calling)
    auth = credentials.pop("auth", None)
    url, headers, body = client._client.prepare_token_revocation_request(
        registered.metadata["revocation_endpoint"], client.token["refresh_token"], "refresh_token", **credentials
    )
    return requests.post(url, headers=headers, data=body, auth=auth, timeout=10)


def refused(error: type[OAuth2Error], description: str, act: Callable[[], object]) -> None:
    with pytest.raises(error, match=description):
        act()


def test_the_lines_of_the_documentation(
    latchkey: Latchkey, member: Person, metadata: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of docs/clients.md."""
    monkeypatch.setattr(os, "environ", dict(os.environ))  # What is set here stays here.
    app = latchkey.register_web_app()
    client_id, client_secret, redirect_uri = app.client_id, app.client_secret, app.redirect_uri

    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # only for http://localhost
    os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # The member may grant less than was asked for.

    client = OAuth2Session(client_id, scope=["read:userinfo", "read:posts"], redirect_uri=redirect_uri, pkce="S256")
    link, state = client.authorization_url(metadata["authorization_endpoint"])
    callback = member.allows(link)  # The browser goes to `link`, and comes back at this address.
    client.fetch_token(metadata["token_endpoint"], authorization_response=callback, client_secret=client_secret)

    profile = client.get(metadata["userinfo_endpoint"]).json()
    newer = client.refresh_token(metadata["token_endpoint"], auth=(client_id, client_secret))
    form = {"token": newer["refresh_token"]}
    requests.post(metadata["revocation_endpoint"], data=form, auth=(client_id, client_secret), timeout=10)

    assert profile["email"] == "member@demo.example"
    assert newer["scope"] == SCOPE
    assert client.get(metadata["userinfo_endpoint"]).status_code == 401


def test_the_code_flow_ends_with_tokens_that_userinfo_accepts(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    token = client.token
    assert token["access_token"].startswith("lk_at_")
    assert token["refresh_token"].startswith("lk_rt_")
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert token["scope"] == SCOPE
    assert abs(token["created_at"] - time.time()) < 60

    answer = userinfo(registered, client)
    assert answer.status_code == 200
    profile = answer.json()
    assert profile["email"] == "member@demo.example"
    assert profile["sub"] and profile["name"]


def test_a_public_application_may_be_taken_for_one_without_a_password(public: Registered, member: Person) -> None:
    """By default, the library sends HTTP Basic with an empty password."""
    client = public.client()
    link, _ = client.authorization_url(public.metadata["authorization_endpoint"])
    client.fetch_token(public.metadata["token_endpoint"], authorization_response=member.allows(link))
    assert userinfo(public, client).status_code == 200


def test_a_confidential_application_needs_no_pkce(confidential: Registered, member: Person) -> None:
    client = confidential.client(pkce=None)
    link, _ = client.authorization_url(confidential.metadata["authorization_endpoint"])
    callback = member.allows(link)
    client.fetch_token(
        confidential.metadata["token_endpoint"], authorization_response=callback, **confidential.fetching
    )
    assert userinfo(confidential, client).status_code == 200


def test_the_answer_says_who_gives_it(registered: Registered, member: Person, latchkey: Latchkey) -> None:
    """oauthlib reads no `iss` (RFC 9207): an application that talks to several servers compares it itself."""
    link, state = registered.client().authorization_url(registered.metadata["authorization_endpoint"])
    answer = parse_qs(urlsplit(member.allows(link)).query)
    assert answer["iss"] == [latchkey.issuer]
    assert answer["state"] == [state]


def test_a_refresh_rotates_survives_a_lost_answer_and_finds_a_thief(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    first = dict(client.token)
    second = refresh(registered, client)
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == SCOPE

    again = refresh(registered, client, refresh_token=first["refresh_token"])
    assert again["access_token"] == second["access_token"]
    assert again["refresh_token"] == second["refresh_token"]

    third = refresh(registered, client)
    assert userinfo(registered, client).status_code == 200

    thief = registered.client(token=first)
    refused(InvalidGrantError, "replaced by a newer one", lambda: refresh(registered, thief))
    assert userinfo(registered, client).status_code == 401
    refused(InvalidGrantError, "was revoked", lambda: refresh(registered, registered.client(token=third)))


def test_an_expired_token_is_refreshed_on_its_way(confidential: Registered, member: Person) -> None:
    before = dict(connect(confidential, member).token)
    updates = []
    client = confidential.client(
        token={**before, "expires_in": -30, "expires_at": None},
        auto_refresh_url=confidential.metadata["token_endpoint"],
        token_updater=updates.append,
    )
    app = confidential.app
    answer = client.get(
        confidential.metadata["userinfo_endpoint"], client_id=app.client_id, client_secret=app.client_secret
    )
    assert answer.status_code == 200
    assert client.token["access_token"] != before["access_token"]
    assert [token["refresh_token"] for token in updates] == [client.token["refresh_token"]]


def test_what_is_revoked_is_refused(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    answer = revoke(registered, client)
    assert (answer.status_code, answer.json()) == (200, {})
    answer = userinfo(registered, client)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"
    refused(InvalidGrantError, "was revoked", lambda: refresh(registered, client))


def test_a_code_is_good_once_and_its_second_use_ends_what_the_first_began(
    registered: Registered, member: Person
) -> None:
    client = registered.client()
    link, _ = client.authorization_url(registered.metadata["authorization_endpoint"])
    answer = dict(authorization_response=member.allows(link), **registered.fetching)
    endpoint = registered.metadata["token_endpoint"]
    first = dict(client.fetch_token(endpoint, **answer))
    refused(InvalidGrantError, "used before", lambda: client.fetch_token(endpoint, **answer))
    assert userinfo(registered, registered.client(token=first)).status_code == 401


def test_a_wrong_code_and_a_wrong_verifier_are_refused_in_words(registered: Registered, member: Person) -> None:
    client = registered.client()
    link, _ = client.authorization_url(registered.metadata["authorization_endpoint"])
    endpoint = registered.metadata["token_endpoint"]
    refused(
        InvalidGrantError,
        "`code` is not valid",
        lambda: client.fetch_token(endpoint, code="nonsense", **registered.fetching),
    )
    callback = member.allows(link)
    # Another link has another verifier but the same state.
    client.authorization_url(registered.metadata["authorization_endpoint"], state=client._state)
    refused(
        InvalidGrantError,
        "verifier",
        lambda: client.fetch_token(endpoint, authorization_response=callback, **registered.fetching),
    )


def test_an_answer_with_another_state_is_not_used(registered: Registered, member: Person) -> None:
    client = registered.client()
    link, state = client.authorization_url(registered.metadata["authorization_endpoint"])
    callback = member.allows(link).replace(state, "another")
    with pytest.raises(MismatchingStateError):
        client.fetch_token(
            registered.metadata["token_endpoint"], authorization_response=callback, **registered.fetching
        )
    assert not client.authorized


def test_deny_is_an_error_of_its_own(confidential: Registered, member: Person) -> None:
    client = confidential.client()
    link, _ = client.authorization_url(confidential.metadata["authorization_endpoint"])
    callback = member.denies(link)
    refused(
        AccessDeniedError,
        "the member declined",
        lambda: client.fetch_token(
            confidential.metadata["token_endpoint"], authorization_response=callback, **confidential.fetching
        ),
    )


def test_a_scope_that_the_member_unticks_raises_a_warning(registered: Registered, member: Person) -> None:
    """The library raises an exception if the scope differs from the requested one. The exception holds the tokens."""
    client = registered.client()
    link, _ = client.authorization_url(registered.metadata["authorization_endpoint"])
    callback = member.allows(link, untick=("read:userinfo",))
    with pytest.raises(Warning, match="Scope has changed") as caught:
        client.fetch_token(
            registered.metadata["token_endpoint"], authorization_response=callback, **registered.fetching
        )
    assert caught.value.new_scope == ["read:posts"]


def test_a_scope_that_the_member_unticks_is_not_granted(
    registered: Registered, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    client = registered.client()
    link, _ = client.authorization_url(registered.metadata["authorization_endpoint"])
    callback = member.allows(link, untick=("read:userinfo",))
    token = client.fetch_token(
        registered.metadata["token_endpoint"], authorization_response=callback, **registered.fetching
    )
    assert token["scope"] == ["read:posts"]
    assert list(userinfo(registered, client).json()) == ["sub", "id"]
    # The library asks for the scopes of the session at each refresh. What was not granted is left out.
    assert refresh(registered, client)["scope"] == ["read:posts"]


@pytest.mark.parametrize("include_client_id", [None, True], ids=["client_secret_basic", "client_secret_post"])
def test_a_secret_that_was_cut_off_is_refused_in_words(
    confidential: Registered, include_client_id: bool | None
) -> None:
    secret = confidential.app.client_secret[1:]
    client = confidential.client(pkce=None)
    refused(
        InvalidClientError,
        r"the secret has 42 characters, 43 expected: cut off when copied\?",
        lambda: client.fetch_token(
            confidential.metadata["token_endpoint"],
            code="any",
            client_secret=secret,
            include_client_id=include_client_id,
        ),
    )
