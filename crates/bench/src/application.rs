//! An application that skips consent, and its requests.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use crate::client::{Answer, HttpRequest, get, post};
use crate::person::Person;
use crate::process::Setup;

const REDIRECT_URI: &str = "https://myapp.com/oauth/callback";
/// The verifier and challenge of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    client_id: String,
    client_secret: String,
}

impl Application {
    /// Registers it on the command line, with these scopes.
    pub(crate) fn register(data: &Path, scopes: &str) -> Result<Self> {
        Self::register_on(&Setup::on(data), scopes)
    }

    /// The same, for data in any place.
    pub(crate) fn register_on(setup: &Setup, scopes: &str) -> Result<Self> {
        let mut arguments = vec![
            "app",
            "create",
            "--json",
            "--name",
            "Bench",
            "--redirect-uri",
            REDIRECT_URI,
            "--skip-consent",
        ];
        for scope in scopes.split(' ') {
            arguments.extend(["--scope", scope]);
        }
        let made: Value = serde_json::from_str(&setup.run(&arguments, "")?)?;
        let text = |name: &str| {
            made[name]
                .as_str()
                .map(str::to_owned)
                .context("app create says too little")
        };
        Ok(Self {
            client_id: text("client_id")?,
            client_secret: text("client_secret")?,
        })
    }

    /// An application that was registered in another way.
    pub(crate) fn known(client_id: &str, client_secret: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
        }
    }

    /// Its public identifier.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// A POST with the application's credentials.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> HttpRequest {
        let mut all = vec![
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
        ];
        all.extend_from_slice(fields);
        post(path, &[], &all)
    }

    /// The authorization request of a person's browser.
    pub(crate) fn authorize(&self, person: &Person, scopes: &str) -> HttpRequest {
        self.authorize_with(&person.cookie, scopes)
    }

    /// The same, for any session cookie.
    pub(crate) fn authorize_with(&self, cookie: &str, scopes: &str) -> HttpRequest {
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

    /// Runs the whole flow: authorizes as the person and returns an access token.
    pub(crate) async fn token_of(&self, person: &mut Person, scopes: &str) -> Result<String> {
        let request = self.authorize(person, scopes);
        let code = code_in(&person.send(request).await?)?;
        let tokens = tokens_in(&person.send(self.redeem(&code)).await?)?;
        let granted = tokens["scope"].as_str().unwrap_or(scopes);
        ensure!(
            scopes
                .split(' ')
                .all(|scope| granted.split(' ').any(|one| one == scope)),
            "asked for {scopes}, was granted {granted}"
        );
        tokens["access_token"]
            .as_str()
            .map(str::to_owned)
            .context("no access token")
    }
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
pub(crate) fn tokens_in(answer: &Answer) -> Result<Value> {
    ensure!(
        answer.status() == StatusCode::OK,
        "the token endpoint answered {}: {}",
        answer.status(),
        String::from_utf8_lossy(answer.body())
    );
    Ok(serde_json::from_slice(answer.body())?)
}
