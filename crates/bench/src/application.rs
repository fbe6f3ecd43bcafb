//! An application that skips consent, its requests, and what is in their answers.

use anyhow::{Context, Result, ensure};
use http::header::LOCATION;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Answer, HttpRequest, ensure_ok, get, post};
use crate::person::{Person, call};
use crate::process::Setup;

pub(crate) const REDIRECT_URI: &str = "https://myapp.com/oauth/callback";
/// The verifier and challenge of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// The tokens of a grant.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tokens {
    #[serde(rename = "access_token")]
    pub(crate) access: String,
    #[serde(rename = "refresh_token")]
    pub(crate) refresh: String,
}

impl Application {
    /// Registers it on the command line, with these scopes.
    pub(crate) fn register(setup: &Setup, scopes: &str) -> Result<Self> {
        let mut arguments = vec!["app", "create", "--json", "--name", "Bench", "--skip-consent"];
        arguments.extend(["--redirect-uri", REDIRECT_URI]);
        for scope in scopes.split(' ') {
            arguments.extend(["--scope", scope]);
        }
        setup.json(&arguments)
    }

    /// A POST with the application's credentials.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> HttpRequest {
        let mut all = vec![
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
        ];
        all.extend_from_slice(fields);
        post(path, &all)
    }

    /// The authorization request of a browser with this session cookie.
    pub(crate) fn authorize(&self, cookie: &str, scopes: &str) -> HttpRequest {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", REDIRECT_URI),
                ("scope", scopes),
                ("state", "af0ifjsldkj"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        get(&format!("/oauth/authorize?{query}"), &[("cookie", cookie)])
    }

    /// The request that exchanges a code.
    pub(crate) fn redeem(&self, code: &str) -> HttpRequest {
        self.post(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", VERIFIER),
            ],
        )
    }

    /// The request that rotates a refresh token.
    pub(crate) fn refresh(&self, token: &str) -> HttpRequest {
        self.post(
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    }

    /// The request that introspects a token.
    pub(crate) fn introspect(&self, token: &str) -> HttpRequest {
        self.post("/oauth/introspect", &[("token", token)])
    }

    /// The request that revokes a token.
    pub(crate) fn revoke(&self, token: &str) -> HttpRequest {
        self.post("/oauth/revoke", &[("token", token)])
    }

    /// Runs the whole flow for a person.
    pub(crate) async fn tokens_of(&self, person: &mut Person, scopes: &str) -> Result<Tokens> {
        let request = self.authorize(&person.cookie, scopes);
        let code = code_in(&person.connection.send(request).await?)?;
        let answer = person.connection.send(self.redeem(&code)).await?;
        let tokens = tokens_in(&answer)?;
        let said: Value = serde_json::from_slice(answer.body())?;
        let granted = said["scope"].as_str().unwrap_or(scopes);
        ensure!(
            scopes
                .split(' ')
                .all(|scope| granted.split(' ').any(|one| one == scope)),
            "asked for {scopes}, was granted {granted}"
        );
        Ok(tokens)
    }
}

/// The call of the page that registers an application, with the session cookie of a host.
pub(crate) fn register(cookie: &str, name: &str, skip_consent: bool) -> HttpRequest {
    let draft = json!({ "draft": {
        "name": name,
        "redirect_uris": REDIRECT_URI,
        "scopes": ["read:userinfo", "read:posts", "write:posts"],
        "confidential": true,
        "skip_consent": skip_consent,
    }});
    call(cookie, "applications/create", &draft)
}

/// The request for the member of an access token.
pub(crate) fn userinfo(token: &str) -> HttpRequest {
    get(
        "/oauth/userinfo",
        &[("authorization", &format!("Bearer {token}"))],
    )
}

/// The code in a redirect to the application.
pub(crate) fn code_in(answer: &Answer) -> Result<String> {
    let location = answer
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .with_context(|| format!("authorize answered {}", answer.status()))?;
    let query = location.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned())
        .with_context(|| format!("no code in {location}"))
}

/// The tokens in an answer.
pub(crate) fn tokens_in(answer: &Answer) -> Result<Tokens> {
    ensure_ok("the token endpoint", answer)?;
    Ok(serde_json::from_slice(answer.body())?)
}

/// The result in an introspection answer.
pub(crate) fn active_in(answer: &Answer) -> Result<bool> {
    let said: Value = serde_json::from_slice(answer.body())?;
    said["active"]
        .as_bool()
        .with_context(|| format!("introspection answered {}: {said}", answer.status()))
}

/// Fails unless the introspected token is active.
pub(crate) fn ensure_active(answer: &Answer) -> Result<()> {
    ensure!(active_in(answer)?, "a token is not active");
    Ok(())
}
