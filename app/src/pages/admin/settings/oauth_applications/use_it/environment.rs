//! An application's settings as a `.env` file, which shells, `node --env-file` and the dotenv libraries read alike.

use latchkey_domain::{Application, ClientSecret, RedirectUri};

/// The URLs that an application uses.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The issuer of the server (RFC 9207).
    pub issuer: String,
    /// The authorization endpoint.
    pub authorization: String,
    /// The token endpoint, for codes and refresh tokens.
    pub token: String,
    /// The network's Headless API.
    pub graphql: String,
}

/// The values in the file.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    pub application: &'a Application,
    /// The redirect URI to use.
    pub redirect_uri: &'a RedirectUri,
    /// The URLs to use.
    pub endpoints: &'a Endpoints,
    /// The network's name.
    pub network: &'a str,
}

/// Shown in place of a secret, with the same length.
pub(super) const MASK: &str = "•••••••••••••••••••••••••••••••••••••••••••";

impl Environment<'_> {
    /// The file. A confidential application's secret is masked if it is not given.
    pub fn to_text(&self, secret: Option<&ClientSecret>) -> String {
        let Self {
            application,
            redirect_uri,
            endpoints,
            network,
        } = *self;
        let mut text = format!("# {}, on {network}\n", application.spec.name);
        let mut set = |name: &str, value: &str| {
            text.push_str(name);
            text.push('=');
            text.push_str(&quoted(value));
            text.push('\n');
        };
        set("OAUTH_CLIENT_ID", application.client_id.as_str());
        if application.spec.client_type.is_confidential() {
            set("OAUTH_CLIENT_SECRET", secret.map_or(MASK, ClientSecret::expose));
        }
        set("OAUTH_REDIRECT_URI", redirect_uri.as_str());
        set("OAUTH_SCOPES", &application.spec.scopes.to_string());
        set("OAUTH_ISSUER", &endpoints.issuer);
        set("OAUTH_AUTHORIZATION_ENDPOINT", &endpoints.authorization);
        set("OAUTH_TOKEN_ENDPOINT", &endpoints.token);
        set("GRAPHQL_ENDPOINT", &endpoints.graphql);
        text
    }
}

/// A value with quotes that shells and dotenv files both read.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/?%+,@•".contains(c);
    if value.chars().all(plain) {
        value.to_owned()
    } else if value.contains('\'') {
        // A URI contains no other character with a special meaning inside double quotes.
        format!("\"{}\"", value.replace('$', "\\$"))
    } else {
        format!("'{value}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_shells_would_read_otherwise_are_quoted() {
        for (value, expected) in [
            ("http://127.0.0.1:5173/cb", "http://127.0.0.1:5173/cb"),
            ("read:posts read:userinfo", "'read:posts read:userinfo'"),
            ("https://a.example/cb?a=1&b=$2", "'https://a.example/cb?a=1&b=$2'"),
            ("https://a.example/it's", "\"https://a.example/it's\""),
            (
                "https://a.example/it's?$HOME",
                "\"https://a.example/it's?\\$HOME\"",
            ),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }
}
