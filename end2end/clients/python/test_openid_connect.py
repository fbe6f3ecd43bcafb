"""Unmodified OpenID Connect clients, each set up as its documentation says: Authlib in Flask, mozilla-django-oidc, django-allauth."""

from collections.abc import Callable
from urllib.parse import urlsplit

import django
import pytest
import requests
from authlib.integrations.flask_client import OAuth
from django.conf import settings
from flask import Flask, redirect, session, url_for

from support.latchkey import Application, Latchkey
from support.person import Person

SCOPES = ("openid", "profile", "email")


@pytest.fixture(scope="session")
def discovery(latchkey: Latchkey) -> dict:
    return requests.get(f"{latchkey.issuer}/.well-known/openid-configuration", timeout=10).json()


def path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture(params=["RS256", "ES256"])
def flask_app(latchkey: Latchkey, request: pytest.FixtureRequest) -> Flask:
    registered = latchkey.register("http://localhost/auth", SCOPES, "--id-token-alg", request.param)
    app = Flask(__name__)
    app.config |= {
        "SECRET_KEY": "test",
        "LATCHKEY_CLIENT_ID": registered.client_id,
        "LATCHKEY_CLIENT_SECRET": registered.client_secret,
    }
    oauth = OAuth(app)
    oauth.register(
        "latchkey",
        server_metadata_url=f"{latchkey.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": " ".join(SCOPES), "code_challenge_method": "S256"},
    )

    @app.route("/login")
    def login():
        return oauth.latchkey.authorize_redirect(url_for("auth", _external=True))

    @app.route("/auth")
    def auth():
        token = oauth.latchkey.authorize_access_token()
        session["user"] = token["userinfo"]
        session["profile"] = oauth.latchkey.userinfo(token=token)
        return redirect("/")

    return app


def test_authlib_in_flask(flask_app: Flask, member: Person) -> None:
    browser = flask_app.test_client()
    link = browser.get("/login").location
    assert browser.get(path(member.allows(link))).status_code == 302
    with browser.session_transaction() as kept:
        user, profile = kept["user"], kept["profile"]
    assert user["email"] == profile["email"] == "member@demo.example"
    assert user["sub"] == profile["sub"]
    assert user["nonce"]


def test_authlib_refuses_the_answer_to_another_request(flask_app: Flask, member: Person) -> None:
    first, second = flask_app.test_client(), flask_app.test_client()
    link = first.get("/login").location
    second.get("/login")
    with pytest.raises(Exception, match="mismatching_state"):
        flask_app.testing = True
        second.get(path(member.allows(link)))


@pytest.fixture(scope="session")
def relying_party(latchkey: Latchkey) -> Application:
    callbacks = ("http://localhost/oidc/callback/", "http://localhost/accounts/oidc/latchkey/login/callback/")
    return latchkey.register("\n".join(callbacks), SCOPES)


@pytest.fixture(scope="session")
def django_site(latchkey: Latchkey, relying_party: Application, discovery: dict) -> None:
    """One site with both libraries: Django has one configuration for each process."""
    app = relying_party
    settings.configure(
        SECRET_KEY="test",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="support.django_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "mozilla_django_oidc",
            "allauth",
            "allauth.account",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.openid_connect",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        AUTHENTICATION_BACKENDS=[
            "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        LOGIN_REDIRECT_URL="/in",
        LOGIN_REDIRECT_URL_FAILURE="/out",
        OIDC_RP_CLIENT_ID=app.client_id,
        OIDC_RP_CLIENT_SECRET=app.client_secret,
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES=" ".join(SCOPES),
        OIDC_OP_AUTHORIZATION_ENDPOINT=discovery["authorization_endpoint"],
        OIDC_OP_TOKEN_ENDPOINT=discovery["token_endpoint"],
        OIDC_OP_USER_ENDPOINT=discovery["userinfo_endpoint"],
        OIDC_OP_JWKS_ENDPOINT=discovery["jwks_uri"],
        SOCIALACCOUNT_LOGIN_ON_GET=True,
        SOCIALACCOUNT_PROVIDERS={
            "openid_connect": {
                "APPS": [
                    {
                        "provider_id": "latchkey",
                        "name": "Latchkey",
                        "client_id": app.client_id,
                        "secret": app.client_secret,
                        "settings": {"server_url": latchkey.issuer},
                    }
                ]
            }
        },
        ACCOUNT_EMAIL_VERIFICATION="none",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@pytest.fixture
def django_browser(django_site: None) -> Callable:
    from django.contrib.auth import get_user_model
    from django.test import Client

    get_user_model().objects.all().delete()
    return Client(SERVER_NAME="localhost")


@pytest.mark.parametrize(
    "login", ["/oidc/authenticate/", "/accounts/oidc/latchkey/login/"], ids=["mozilla-django-oidc", "django-allauth"]
)
def test_django(login: str, django_browser: Callable, member: Person) -> None:
    from django.contrib.auth import get_user_model

    answer = django_browser.get(login)
    assert answer.status_code == 302, answer.content
    back = django_browser.get(path(member.allows(answer.headers["location"])))
    assert (back.status_code, back.headers.get("location")) == (302, "/in"), back.content
    user = get_user_model().objects.get(pk=int(django_browser.session["_auth_user_id"]))
    assert user.email == "member@demo.example"

