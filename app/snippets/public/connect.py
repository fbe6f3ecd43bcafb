# From a link to tokens and a GraphQL answer. Needs: pip install Authlib requests
import os
from urllib.parse import parse_qsl, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

env = os.environ

# 1. A link for the member. `state` ties the answer to this request, the verifier ties the code to it (PKCE).
client = OAuth2Session(
    env["OAUTH_CLIENT_ID"],
    scope=env["OAUTH_SCOPES"],
    redirect_uri=env["OAUTH_REDIRECT_URI"],
    token_endpoint=env["OAUTH_TOKEN_ENDPOINT"],
    code_challenge_method="S256",
)
verifier = generate_token(48)
link, state = client.create_authorization_url(env["OAUTH_AUTHORIZATION_ENDPOINT"], code_verifier=verifier)
print(f"Open this link and press Allow:\n\n{link}\n")
address = input("Then paste the address that the browser came to: ")

# 2. The answer: a code, or why there is none.
answer = dict(parse_qsl(urlsplit(address).query))
if answer.get("state") != state or answer.get("iss") != env["OAUTH_ISSUER"]:
    raise SystemExit("this address is not the answer to the link")
if "code" not in answer:
    raise SystemExit(f"{answer.get('error')}: {answer.get('error_description')}")

# 3. The code for tokens.
client.fetch_token(code=answer["code"], code_verifier=verifier)

# 4. The access token opens the Headless API for as long as expires_in says.
response = client.post(env["GRAPHQL_ENDPOINT"], json={"query": "{ me { id name } }"})
response.raise_for_status()
print(response.json())

# 5. The refresh token gives new tokens. Keep the newest: the one before is superseded.
client.refresh_token()
print(f"Refreshed: {client.token['scope']}")
