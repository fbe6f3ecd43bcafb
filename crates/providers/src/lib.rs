//! Signing in through other providers: the client side of OpenID Connect (Core 1.0, Discovery 1.0) and OAuth 2.0 (RFC 6749,
//! 7636, 9207). All requests pass the guard of [`latchkey_outgoing`]. There is no HTTP server here and nothing is stored:
//! the caller keeps `state`, `nonce` and the verifier with the browser's session, compares `state`, and decides what the
//! [`Person`](latchkey_domain::provider::Person) may do.
//!
//! [`ProviderClient`] has a method for each half of a sign-in:
//!
//! 1. [`ProviderClient::authorization_url`]: where the browser goes.
//! 2. [`ProviderClient::identify`]: what the browser brought back, turned into a person.
//!
//! What is checked, against which attack:
//!
//! | attack | what stops it |
//! |---|---|
//! | mix-up: one provider's code is sent to another | the callback's `iss` is compared, and required where the provider promises it (RFC 9207); the issuer in the document, the callback and the ID token must be the configured one; the caller gives each provider its own redirect URI |
//! | a stolen code is put into another browser | PKCE with S256 and `nonce`, always |
//! | a token for another application | `aud`, `azp` |
//! | a token that somebody made | signatures by keys that the issuer publishes, with the few algorithms of [`IdTokenError::Algorithm`]; the key decides what algorithm fits, never the token alone; `none` and HS256 do not exist here |
//! | an access token of somebody else | `at_hash`; `sub` of userinfo must be that of the ID token |
//! | an old sign-in instead of a new one | `auth_time`, if the caller asks |
//! | the server is made to read its own network | [`latchkey_outgoing`]; an `https` issuer may not name `http` addresses |
//!
//! Secrets, codes and tokens are in no error. A [`Transcript`] shows what was said with all of them masked.

mod algorithm;
mod authorize;
mod cache;
mod callback;
mod claims;
mod discovery;
mod error;
mod fields;
mod id_token;
mod keys;
mod mask;
mod openid;
mod plain;
mod profile;
mod step;
mod token;
mod transcript;

use std::sync::Arc;

use latchkey_domain::provider::{Person, ProviderKind, ProviderUrl};
use latchkey_domain::{Clock, ProviderSpec, Timestamp};
use latchkey_outgoing::Outgoing;

pub use self::authorize::AuthorizationRequest;
pub use self::callback::{Callback, Expected};
pub use self::error::{Blame, IdTokenError, ProviderError, Refusal};
pub use self::transcript::{Step, Transcript};

use self::cache::Cache;
use self::discovery::Document;
use self::keys::Keys;

/// Talks to providers. Clones share what they remember of them: discovery documents and keys, for an hour.
#[derive(Clone)]
pub struct ProviderClient {
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    documents: Cache<Document>,
    keys: Cache<Keys>,
    /// When keys were read anew because a token named one that was not among them.
    rereads: Cache<()>,
}

impl ProviderClient {
    /// A client that remembers nothing yet.
    pub fn new(outgoing: Outgoing, clock: Arc<dyn Clock>) -> Self {
        Self {
            outgoing,
            clock,
            memory: Arc::default(),
        }
    }

    /// One that asks everything anew, for a test that shows each step.
    #[must_use]
    pub fn forgetful(&self) -> Self {
        Self::new(self.outgoing.clone(), Arc::clone(&self.clock))
    }

    /// Where the browser goes: the provider's authorization endpoint with `response_type=code`, the client id, scopes,
    /// `state`, `nonce` and the challenge of the verifier.
    pub async fn authorization_url(
        &self,
        spec: &ProviderSpec,
        request: &AuthorizationRequest<'_>,
        log: &mut Transcript,
    ) -> Result<String, ProviderError> {
        match &spec.kind {
            ProviderKind::OpenIdConnect { issuer } => {
                let document = self.document(issuer, log).await?;
                authorize::url(&document.authorization_endpoint, true, spec, request, log)
            }
            ProviderKind::OAuth2 { authorization, .. } => {
                authorize::url(authorization, false, spec, request, log)
            }
        }
    }

    /// Who came back, after the caller has compared `state`.
    pub async fn identify(
        &self,
        spec: &ProviderSpec,
        secret: Option<&str>,
        callback: &Callback,
        expected: &Expected<'_>,
        log: &mut Transcript,
    ) -> Result<Person, ProviderError> {
        match &spec.kind {
            ProviderKind::OpenIdConnect { issuer } => {
                self.identify_openid(spec, issuer, secret, callback, expected, log)
                    .await
            }
            ProviderKind::OAuth2 {
                token,
                userinfo,
                fields,
                ..
            } => {
                let endpoints = plain::Endpoints {
                    token,
                    userinfo,
                    fields,
                };
                self.identify_plain(spec, endpoints, secret, callback, expected, log)
                    .await
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Whether an address is encrypted.
fn is_https(url: &ProviderUrl) -> bool {
    let scheme = url.as_str().split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("https")
}
