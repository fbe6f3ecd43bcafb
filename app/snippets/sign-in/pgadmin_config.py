# config_local.py
AUTHENTICATION_SOURCES = ["oauth2", "internal"]
OAUTH2_AUTO_CREATE_USER = True
OAUTH2_CONFIG = [
    {
        "OAUTH2_NAME": "latchkey",
        "OAUTH2_DISPLAY_NAME": "LATCHKEY_NETWORK",
        "OAUTH2_CLIENT_ID": "LATCHKEY_CLIENT_ID",
        "OAUTH2_CLIENT_SECRET": "LATCHKEY_CLIENT_SECRET",
        "OAUTH2_SERVER_METADATA_URL": "LATCHKEY_ISSUER/.well-known/openid-configuration",
        "OAUTH2_TOKEN_URL": "LATCHKEY_ISSUER/oauth/token",
        "OAUTH2_AUTHORIZATION_URL": "LATCHKEY_ISSUER/oauth/authorize",
        "OAUTH2_API_BASE_URL": "LATCHKEY_ISSUER/oauth/",
        "OAUTH2_USERINFO_ENDPOINT": "userinfo",
        "OAUTH2_SCOPE": "openid profile email",
        "OAUTH2_USERNAME_CLAIM": "email",
        "OAUTH2_ICON": "fa-users",
        "OAUTH2_BUTTON_COLOR": "#2f6f4f",
    }
]
