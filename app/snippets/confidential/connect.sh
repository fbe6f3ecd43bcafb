#!/usr/bin/env bash
# From a link to tokens and a GraphQL answer. Needs bash, curl and openssl; the settings stand in .env beside it.
set -euo pipefail
set -a; . ./.env; set +a

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
field() { sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; } # a text out of a JSON answer

# 1. A link for the member. `state` ties the answer to this request, the verifier ties the code to it (PKCE).
state=$(openssl rand 16 | base64url)
verifier=$(openssl rand 32 | base64url)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64url)
curl --silent --show-error --fail --output /dev/null --get "$OAUTH_AUTHORIZATION_ENDPOINT" \
  --write-out 'Open this link and press Allow:\n\n%{url_effective}\n\n' \
  --data-urlencode response_type=code \
  --data-urlencode "client_id=$OAUTH_CLIENT_ID" \
  --data-urlencode "redirect_uri=$OAUTH_REDIRECT_URI" \
  --data-urlencode "scope=$OAUTH_SCOPES" \
  --data-urlencode "state=$state" \
  --data-urlencode "code_challenge=$challenge" \
  --data-urlencode code_challenge_method=S256
read -rp 'Then paste the address that the browser came to: ' address

# 2. The answer: a code, or why there is none.
case "$address&" in
  *[?\&]state="$state"\&*) ;;
  *) echo 'this address is not the answer to the link' >&2; exit 1 ;;
esac
code=$(sed -n 's/.*[?&]code=\([^&]*\).*/\1/p' <<<"$address")
[ -n "$code" ] || { echo "no code: $address" >&2; exit 1; }

# 3. The code for tokens.
ask_for_tokens() {
  curl --silent --show-error --fail-with-body "$OAUTH_TOKEN_ENDPOINT" \
    --user "$OAUTH_CLIENT_ID:$OAUTH_CLIENT_SECRET" "$@"
}
tokens=$(ask_for_tokens \
  --data-urlencode grant_type=authorization_code \
  --data-urlencode "code=$code" \
  --data-urlencode "redirect_uri=$OAUTH_REDIRECT_URI" \
  --data-urlencode "code_verifier=$verifier") || { echo "$tokens" >&2; exit 1; }

# 4. The access token opens the Headless API for as long as expires_in says.
curl --silent --show-error --fail-with-body "$GRAPHQL_ENDPOINT" \
  --header "Authorization: Bearer $(field access_token <<<"$tokens")" \
  --header 'Content-Type: application/json' \
  --data '{"query":"{ me { id name } }"}'
echo

# 5. The refresh token gives new tokens. Keep the newest: the one before is superseded.
tokens=$(ask_for_tokens \
  --data-urlencode grant_type=refresh_token \
  --data-urlencode "refresh_token=$(field refresh_token <<<"$tokens")") || { echo "$tokens" >&2; exit 1; }
echo "Refreshed: $(field scope <<<"$tokens")"
