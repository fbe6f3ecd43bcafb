# With the app OpenID Connect user backend
occ user_oidc:provider latchkey \
  --discoveryuri="LATCHKEY_ISSUER/.well-known/openid-configuration" \
  --clientid="LATCHKEY_CLIENT_ID" \
  --clientsecret="LATCHKEY_CLIENT_SECRET" \
  --scope="openid profile email" \
  --mapping-uid="preferred_username" \
  --mapping-display-name="name" \
  --mapping-email="email"
