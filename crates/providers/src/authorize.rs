//! Where the browser goes (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::ProviderSpec;
use latchkey_domain::provider::ProviderUrl;
use ring::digest::{SHA256, digest};
use url::Url;

use crate::{ProviderError, Step, Transcript, transcript};

/// What a sign-in starts with. The caller makes `state`, `nonce` and `verifier` anew for each and keeps them with the
/// browser's session. It does not print.
#[derive(Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// Where the provider sends the browser back to: one address for each provider.
    pub redirect_uri: &'a str,
    /// Ties the callback to the browser.
    pub state: &'a str,
    /// Ties the ID token to this sign-in.
    pub nonce: &'a str,
    /// Ties the code to this sign-in: 43 to 128 letters, digits, `-`, `.`, `_` and `~` (RFC 7636 section 4.1).
    pub verifier: &'a str,
    /// Who the person probably is there: an email or a user name.
    pub login_hint: Option<&'a str>,
    /// For instance `login`, to ask the person to sign in again.
    pub prompt: Option<&'a str>,
    /// How many seconds old a sign-in there may be.
    pub max_age: Option<u64>,
}

/// The challenge of a verifier (RFC 7636 section 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// The scopes, with `openid` if it is needed.
fn scopes(spec: &ProviderSpec, is_openid: bool) -> String {
    let scopes = spec.scopes.as_str();
    if is_openid && !scopes.split(' ').any(|scope| scope == "openid") {
        return format!("openid {scopes}").trim_end().to_owned();
    }
    scopes.to_owned()
}

pub(crate) fn url(
    endpoint: &ProviderUrl,
    is_openid: bool,
    spec: &ProviderSpec,
    request: &AuthorizationRequest<'_>,
    log: &mut Transcript,
) -> Result<String, ProviderError> {
    let mut url = Url::parse(endpoint.as_str()).map_err(|_| ProviderError::AuthorizationAddress)?;
    let scopes = scopes(spec, is_openid);
    let challenge = challenge(request.verifier);
    let max_age = request.max_age.map(|seconds| seconds.to_string());
    let always = [
        ("response_type", "code"),
        ("client_id", spec.client_id.as_str()),
        ("redirect_uri", request.redirect_uri),
        ("state", request.state),
        ("nonce", request.nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let sometimes = [
        ("scope", Some(scopes.as_str()).filter(|scopes| !scopes.is_empty())),
        ("login_hint", request.login_hint),
        ("prompt", request.prompt),
        ("max_age", max_age.as_deref()),
    ];
    let sometimes = sometimes
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let all: Vec<_> = always.into_iter().chain(sometimes).collect();
    // What the endpoint has as a query stays (RFC 6749 section 3.1).
    url.query_pairs_mut().extend_pairs(&all);
    log.push(Step {
        title: "Authorization request",
        request: format!(
            "GET {endpoint}\n\n{}",
            transcript::pairs("=", all.iter().copied())
        ),
        answer: String::new(),
        outcome: Ok("the browser goes to the provider".to_owned()),
    });
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
