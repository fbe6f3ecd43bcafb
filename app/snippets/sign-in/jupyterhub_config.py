# With oauthenticator
c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.login_service = "LATCHKEY_NETWORK"
c.GenericOAuthenticator.client_id = "LATCHKEY_CLIENT_ID"
c.GenericOAuthenticator.client_secret = "LATCHKEY_CLIENT_SECRET"
c.GenericOAuthenticator.oauth_callback_url = "LATCHKEY_REDIRECT_URI"
c.GenericOAuthenticator.authorize_url = "LATCHKEY_ISSUER/oauth/authorize"
c.GenericOAuthenticator.token_url = "LATCHKEY_ISSUER/oauth/token"
c.GenericOAuthenticator.userdata_url = "LATCHKEY_ISSUER/oauth/userinfo"
c.GenericOAuthenticator.scope = ["openid", "profile", "email"]
c.GenericOAuthenticator.username_claim = "preferred_username"
c.GenericOAuthenticator.allow_all = True
c.GenericOAuthenticator.manage_groups = True
c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"
c.GenericOAuthenticator.admin_groups = {"host"}
