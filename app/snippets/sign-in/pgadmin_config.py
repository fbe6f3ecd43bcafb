# config_local.py
AUTHENTICATION_SOURCES = ["oauth2", "internal"]
OAUTH2_CONFIG = [
    {
        "OAUTH2_NAME": "latchkey",
        "OAUTH2_DISPLAY_NAME": "LATCHKEY_NETWORK",
        "OAUTH2_CLIENT_ID": "LATCHKEY_CLIENT_ID",
        "OAUTH2_CLIENT_SECRET": "LATCHKEY_CLIENT_SECRET",
        "OAUTH2_SERVER_METADATA_URL": "LATCHKEY_ISSUER/.well-known/openid-configuration",
        "OAUTH2_SCOPE": "openid profile email",
        "OAUTH2_CHALLENGE_METHOD": "S256",
        "OAUTH2_RESPONSE_TYPE": "code",
        # Who gets in; without it, every member
        "OAUTH2_ADDITIONAL_CLAIMS": {"groups": ["host", "moderator"]},
    }
]
