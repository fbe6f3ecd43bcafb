"""A provider of plain OAuth 2.0 with paths and an answer of its own: Authlib's server part, unmodified, on 127.0.0.1.

The argument is JSON: `port`, `control` (ports; 0 or absent: any), `clients`, `accounts` and the other settings. It
prints its addresses when it is ready, and ends with its standard input. On the second port tests change settings."""

import json
import sys
import threading
import time
from dataclasses import dataclass, field

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, request, session
from markupsafe import Markup
from werkzeug.serving import WSGIRequestHandler, make_server

AUTHORIZATION, TOKEN, USERINFO = "/o/start", "/o/ticket", "/v7/people/me.json"

# One more than the integers that a floating point number holds exactly.
FIRST_ID = 9007199254740993


@dataclass
class Account:
    uid: int | str
    address: str | None
    confirmed: bool = True
    label: str | None = None
    avatar: str | None = None

    def answer(self) -> dict:
        mail = [{"address": self.address, "confirmed": self.confirmed}] if self.address else []
        return {"data": {"person": {"uid": self.uid, "mail": mail, "label": self.label, "avatar": self.avatar}}}


@dataclass
class Settings:
    """What tests change while the provider runs."""

    # By login name. A login name that is not here gets a confirmed address of example.com and the next number.
    accounts: dict[str, Account] = field(default_factory=dict)
    clients: dict[str, "Client"] = field(default_factory=dict)
    # How many milliseconds an endpoint waits, by its path.
    slow: dict[str, int] = field(default_factory=dict)
    # Replaces the whole answer of userinfo, if it is not empty.
    userinfo: str = ""

    def change(self, change: dict) -> None:
        for login, account in change.pop("accounts", {}).items():
            self.accounts[login] = Account(**account)
        for client in change.pop("clients", []):
            self.clients[client["client_id"]] = Client(**client)
        for name, value in change.items():
            assert hasattr(self, name), f"there is no setting {name}"
            setattr(self, name, value)

    def account(self, login: str) -> Account:
        if login not in self.accounts:
            uid = FIRST_ID + len(self.accounts)
            self.accounts[login] = Account(uid, f"{login}@example.com", label=login.capitalize())
        return self.accounts[login]


@dataclass
class Client:
    """What Authlib asks of a client."""

    client_id: str
    client_secret: str
    redirect_uris: list[str]

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client_secret == client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    code: str
    login: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Token:
    login: str
    scope: str

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


settings = Settings()
codes: dict[str, Code] = {}
tokens: dict[str, Token] = {}
requests: list[dict] = []


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

    def save_authorization_code(self, code: str, request) -> None:
        data = request.payload.data
        codes[code] = Code(
            code,
            request.user,
            request.payload.redirect_uri,
            request.payload.scope or "",
            data["code_challenge"],
            data["code_challenge_method"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return codes.get(code)

    def delete_authorization_code(self, code: Code) -> None:
        del codes[code.code]

    def authenticate_user(self, code: Code) -> str:
        return code.login


class Validator(BearerTokenValidator):
    def authenticate_token(self, token: str) -> Token | None:
        return tokens.get(token)


def save_token(token: dict, request) -> None:
    tokens[token["access_token"]] = Token(request.user, token.get("scope") or "")


provider = Flask("provider")
provider.secret_key = "of these tests"
provider.config["SESSION_COOKIE_NAME"] = "plain_provider"
server = AuthorizationServer(provider, settings.clients.get, save_token)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
protect = ResourceProtector()
protect.register_token_validator(Validator())


@provider.before_request
def note() -> None:
    seen = {"endpoint": request.path, "query": request.args.to_dict(), "form": request.form.to_dict()}
    requests.append({**seen, "authorization": request.headers.get("authorization")})
    time.sleep(settings.slow.get(request.path, 0) / 1000)


@provider.route(AUTHORIZATION, methods=["GET", "POST"])
def start() -> Response | str:
    """The page where people sign in: whoever types a login name is that account."""
    try:
        grant = server.get_consent_grant()
    except OAuth2Error as error:
        return Response(f"{error.error}: {error.description}", 400)
    if "cancel" in request.form:
        return server.create_authorization_response(grant=grant, grant_user=None)
    session["login"] = request.form.get("login") or session.get("login")
    if session["login"]:
        return server.create_authorization_response(grant=grant, grant_user=session["login"])
    return Markup(
        '<!doctype html><html lang="en"><title>Provider</title><h1>Sign in at the provider</h1><form method="post">'
        '<p><label>Login name <input name="login" value="{}" autofocus></label></p>'
        '<p><button>Sign in</button> <button name="cancel" value="1">Cancel</button></p></form>'
    ).format(request.args.get("login_hint", ""))


@provider.post(TOKEN)
def ticket() -> Response:
    return server.create_token_response()


@provider.get(USERINFO)
@protect()
def userinfo() -> Response:
    answer = settings.userinfo or json.dumps(settings.account(current_token.login).answer())
    return Response(answer, content_type="application/json")


controls = Flask("controls")


@controls.route("/", methods=["GET", "POST"])
def control() -> dict | tuple[str, int]:
    """GET tells the requests, POST changes settings: those in its JSON, with `"reset": true` as at the start before."""
    try:
        if request.method == "POST":
            change = request.get_json(force=True)
            if change.pop("reset", False):
                settings.slow, settings.userinfo = {}, ""
                requests.clear()
            settings.change(change)
    except Exception as error:
        return repr(error), 400
    return {"requests": requests}


class Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


def listen(app: Flask, port: int) -> str:
    listener = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{listener.port}"


given = json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}")
port, control_port = given.pop("port", 0), given.pop("control", 0)
settings.change(given)
address = listen(provider, port)
paths = {"authorization": AUTHORIZATION, "token": TOKEN, "userinfo": USERINFO}
addresses = {name: address + path for name, path in paths.items()}
print(json.dumps({**addresses, "control": listen(controls, control_port)}), flush=True)
sys.stdin.read()
