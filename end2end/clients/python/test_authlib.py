"""Authlib, with requests and with httpx."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import rfc9207
from authlib.oauth2.rfc6749.errors import MismatchingStateException
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

from support.latchkey import Application, Latchkey
from support.person import Person


@dataclass
class Registered:
    """An application and its configuration."""

    app: Application
    method: str
    session: type
    metadata: AuthorizationServerMetadata

    def client(self, **changes: object) -> OAuth2Session | OAuth2Client:
        app, metadata = self.app, self.metadata
        settings = dict(
            client_secret=app.client_secret,
            token_endpoint_auth_method=self.method,
            revocation_endpoint_auth_method=self.method,
            scope="read:userinfo read:posts",
            redirect_uri=app.redirect_uri,
            code_challenge_method="S256",
            token_endpoint=metadata["token_endpoint"],
        )
        return self.session(app.client_id, **(settings | changes))


@pytest.fixture(scope="session")
def server(latchkey: Latchkey) -> AuthorizationServerMetadata:
    url = get_well_known_url(latchkey.issuer, external=True)
    metadata = AuthorizationServerMetadata(requests.get(url, timeout=10).json())
    metadata.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    return metadata


@pytest.fixture(params=[OAuth2Session, OAuth2Client], ids=["requests", "httpx"])
def session(request: pytest.FixtureRequest) -> type:
    return request.param


@pytest.fixture(params=["client_secret_basic", "client_secret_post", "none"])
def registered(
    request: pytest.FixtureRequest, session: type, latchkey: Latchkey, server: AuthorizationServerMetadata
) -> Registered:
    public = request.param == "none"
    app = latchkey.register_native_app() if public else latchkey.register_web_app()
    return Registered(app, request.param, session, server)


@pytest.fixture
def confidential(session: type, latchkey: Latchkey, server: AuthorizationServerMetadata) -> Registered:
    return Registered(latchkey.register_web_app(), "client_secret_basic", session, server)


def connect(registered: Registered, member: Person, untick: tuple[str, ...] = ()) -> OAuth2Session | OAuth2Client:
    """The whole flow: a client with its tokens."""
    client, metadata = registered.client(), registered.metadata
    verifier = generate_token(48)
    link, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    callback = member.allows(link, untick)
    client.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
    return client


def userinfo(registered: Registered, client: OAuth2Session | OAuth2Client) -> requests.Response:
    return client.get(registered.metadata["userinfo_endpoint"])


def refused(error: str, description: str, act: Callable[[], object]) -> None:
    with pytest.raises(OAuthError, match=description) as caught:
        act()
    assert caught.value.error == error


def test_the_lines_of_the_documentation(latchkey: Latchkey, member: Person) -> None:
    """The lines of docs/clients.md."""
    app = latchkey.register_web_app()
    issuer, client_id, client_secret, redirect_uri = latchkey.issuer, app.client_id, app.client_secret, app.redirect_uri

    url = get_well_known_url(issuer, external=True)
    metadata = AuthorizationServerMetadata(requests.get(url, timeout=10).json())
    metadata.validate()

    client = OAuth2Session(
        client_id,
        client_secret,
        scope="read:userinfo read:posts",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
    )
    verifier = generate_token(48)
    link, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    callback = member.allows(link)  # The browser goes to `link`, and comes back at this address.
    client.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)

    profile = client.get(metadata["userinfo_endpoint"]).json()
    newer = client.refresh_token()
    client.revoke_token(metadata["revocation_endpoint"])

    assert profile["email"] == "member@demo.example"
    assert newer["scope"] == "read:userinfo read:posts"
    assert client.get(metadata["userinfo_endpoint"]).status_code == 401


def test_discovery(latchkey: Latchkey, server: AuthorizationServerMetadata) -> None:
    issuer = latchkey.issuer
    assert server["issuer"] == issuer
    assert server["authorization_endpoint"] == f"{issuer}/oauth/authorize"
    assert server["token_endpoint"] == f"{issuer}/oauth/token"
    assert server["revocation_endpoint"] == f"{issuer}/oauth/revoke"
    assert server["introspection_endpoint"] == f"{issuer}/oauth/introspect"
    assert server["userinfo_endpoint"] == f"{issuer}/oauth/userinfo"
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["authorization_response_iss_parameter_supported"] is True


def test_the_code_flow_ends_with_tokens_that_userinfo_accepts(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    token = client.token
    assert token["access_token"].startswith("lk_at_")
    assert token["refresh_token"].startswith("lk_rt_")
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert token["scope"] == "read:userinfo read:posts"
    assert abs(token["created_at"] - time.time()) < 60

    answer = userinfo(registered, client)
    assert answer.status_code == 200
    profile = answer.json()
    assert profile["email"] == "member@demo.example"
    assert profile["sub"] and profile["name"]


def test_the_answer_says_who_gives_it(registered: Registered, member: Person, latchkey: Latchkey) -> None:
    """Authlib reads no `iss` (RFC 9207): an application that talks to several servers compares it itself."""
    client = registered.client()
    verifier = generate_token(48)
    link, state = client.create_authorization_url(
        registered.metadata["authorization_endpoint"], code_verifier=verifier
    )
    answer = parse_qs(urlsplit(member.allows(link)).query)
    assert answer["iss"] == [latchkey.issuer]
    assert answer["state"] == [state]


def test_a_refresh_rotates_survives_a_lost_answer_and_finds_a_thief(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    first = client.token
    second = client.refresh_token()
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "read:userinfo read:posts"

    again = client.refresh_token(refresh_token=first["refresh_token"])
    assert again["access_token"] == second["access_token"]
    assert again["refresh_token"] == second["refresh_token"]

    third = client.refresh_token()
    assert userinfo(registered, client).status_code == 200

    oldest = first["refresh_token"]
    refused("invalid_grant", "replaced by a newer one", lambda: client.refresh_token(refresh_token=oldest))
    assert userinfo(registered, client).status_code == 401
    refused("invalid_grant", "was revoked", lambda: client.refresh_token(refresh_token=third["refresh_token"]))


def test_an_expired_token_is_refreshed_on_its_way(registered: Registered, member: Person) -> None:
    before = dict(connect(registered, member).token)
    updates = []
    client = registered.client(
        token={**before, "expires_at": 1},
        update_token=lambda token, **_: updates.append(dict(token)),
    )
    assert userinfo(registered, client).status_code == 200
    assert client.token["access_token"] != before["access_token"]
    assert [token["refresh_token"] for token in updates] == [client.token["refresh_token"]]


def test_what_is_revoked_is_refused(registered: Registered, member: Person) -> None:
    client = connect(registered, member)
    answer = client.revoke_token(registered.metadata["revocation_endpoint"])
    assert answer.status_code == 200
    answer = userinfo(registered, client)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"
    refused("invalid_grant", "was revoked", client.refresh_token)


def test_a_code_is_good_once_and_its_second_use_ends_what_the_first_began(
    registered: Registered, member: Person
) -> None:
    client = registered.client()
    verifier = generate_token(48)
    link, state = client.create_authorization_url(
        registered.metadata["authorization_endpoint"], code_verifier=verifier
    )
    answer = dict(authorization_response=member.allows(link), state=state, code_verifier=verifier)
    client.fetch_token(**answer)
    assert userinfo(registered, client).status_code == 200
    refused("invalid_grant", "used before", lambda: client.fetch_token(**answer))
    assert userinfo(registered, client).status_code == 401


def test_a_wrong_code_and_a_wrong_verifier_are_refused_in_words(registered: Registered, member: Person) -> None:
    client = registered.client()
    verifier = generate_token(48)
    refused("invalid_grant", "`code` is not valid", lambda: client.fetch_token(code="nonsense", code_verifier=verifier))
    link, state = client.create_authorization_url(
        registered.metadata["authorization_endpoint"], code_verifier=verifier
    )
    callback = member.allows(link)
    refused(
        "invalid_grant",
        "verifier",
        lambda: client.fetch_token(authorization_response=callback, state=state, code_verifier=generate_token(48)),
    )


def test_an_answer_with_another_state_is_not_used(registered: Registered, member: Person) -> None:
    client = registered.client()
    verifier = generate_token(48)
    link, _ = client.create_authorization_url(
        registered.metadata["authorization_endpoint"], code_verifier=verifier
    )
    callback = member.allows(link)
    with pytest.raises(MismatchingStateException):
        client.fetch_token(authorization_response=callback, state="another", code_verifier=verifier)
    assert client.token is None


def test_deny_arrives_with_its_state_and_issuer(confidential: Registered, member: Person, latchkey: Latchkey) -> None:
    client = confidential.client()
    link, state = client.create_authorization_url(confidential.metadata["authorization_endpoint"])
    callback = member.denies(link)
    answer = parse_qs(urlsplit(callback).query)
    assert answer["error"] == ["access_denied"]
    assert answer["error_description"][0].startswith("the member declined")
    assert (answer["state"], answer["iss"]) == ([state], [latchkey.issuer])
    # If the caller does not check for errors: without a code, Authlib assumes another grant type.
    refused("unsupported_grant_type", "`grant_type` is not", lambda: client.fetch_token(authorization_response=callback))


def test_a_scope_that_the_member_unticks_is_not_granted(registered: Registered, member: Person) -> None:
    client = connect(registered, member, untick=("read:userinfo",))
    assert client.token["scope"] == "read:posts"
    assert list(userinfo(registered, client).json()) == ["sub", "id"]
    # Authlib asks for the scopes of the session at each refresh. What was not granted is left out.
    assert client.refresh_token()["scope"] == "read:posts"


def test_a_confidential_application_needs_no_pkce(confidential: Registered, member: Person) -> None:
    client = confidential.client(code_challenge_method=None)
    link, state = client.create_authorization_url(confidential.metadata["authorization_endpoint"])
    token = client.fetch_token(authorization_response=member.allows(link), state=state)
    assert token["scope"] == "read:userinfo read:posts"


def test_introspection_tells_an_application_about_its_own_tokens(
    confidential: Registered, member: Person, latchkey: Latchkey
) -> None:
    client = connect(confidential, member)
    endpoint = confidential.metadata["introspection_endpoint"]
    token = client.token["access_token"]
    found = client.introspect_token(endpoint, token=token, token_type_hint="access_token").json()
    assert found["active"] is True
    assert found["client_id"] == confidential.app.client_id
    assert found["iss"] == latchkey.issuer
    assert found["sub"] == userinfo(confidential, client).json()["sub"]
    assert found["scope"] == "read:userinfo read:posts"
    assert found["token_type"] == "Bearer"
    assert found["exp"] - found["iat"] == 3600
    client.revoke_token(confidential.metadata["revocation_endpoint"])
    assert client.introspect_token(endpoint, token=token).json() == {"active": False}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_secret_that_was_cut_off_is_refused_in_words(confidential: Registered, method: str) -> None:
    secret = confidential.app.client_secret[1:]
    client = confidential.client(client_secret=secret, token_endpoint_auth_method=method)
    words = "the secret has 42 characters, 43 expected: cut off when copied?"
    refused("invalid_client", words.replace("?", r"\?"), lambda: client.fetch_token(code="any"))
