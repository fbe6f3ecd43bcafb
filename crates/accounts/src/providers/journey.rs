//! What is kept while the browser is at a provider.

use latchkey_domain::provider::Provider;
use latchkey_domain::random::{is_random_token, random_token};
use latchkey_domain::{MemberId, Timestamp, limits};
use latchkey_storage::StoreError;
use latchkey_storage::providers::{WaitingKey, WaitingSignIn};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::ProviderSignIn;
use crate::AccountError;

/// What a person went to a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// To sign in.
    SignIn {
        /// Whether the person has to sign in at the provider anew, whatever session they have there.
        again: bool,
    },
    /// To link the account to this member.
    Link(MemberId),
    /// To show this host what the provider says.
    Test(MemberId),
}

/// What has to be known when the browser comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// What for.
    pub purpose: Purpose,
    /// Where to go then: a path on this site.
    pub return_to: String,
    /// Comes back in the ID token (OpenID Connect Core section 3.1.2.1).
    pub nonce: String,
    /// What only this server knows of the request (RFC 7636 section 4.1).
    pub verifier: String,
    /// When the browser left.
    pub started_at: Timestamp,
    /// The SHA-256 of what the browser keeps in a cookie: nobody goes on with another's journey.
    pub(super) browser: [u8; 32],
}

/// A journey that begins.
pub struct Started {
    /// The parameter `state`, which comes back.
    pub state: String,
    /// What the browser keeps.
    pub browser: String,
    /// What this server keeps.
    pub journey: Journey,
}

pub(super) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl ProviderSignIn {
    /// Begins a journey to `provider`. `browser` is what the browser keeps of an earlier one: several tabs may be on their
    /// way.
    pub async fn start(
        &self,
        provider: &Provider,
        purpose: Purpose,
        return_to: &str,
        browser: Option<String>,
    ) -> Result<Started, AccountError> {
        let now = self.clock.now();
        let random = || random_token(self.randomness.as_ref());
        let browser = browser
            .filter(|text| is_random_token(text))
            .unwrap_or_else(random);
        let started = Started {
            state: random(),
            journey: Journey {
                purpose,
                return_to: return_to.to_owned(),
                nonce: random(),
                verifier: random(),
                started_at: now,
                browser: digest(&browser),
            },
            browser,
        };
        let waiting = WaitingSignIn {
            provider: provider.id,
            content: serde_json::to_string(&started.journey)
                .map_err(|error| StoreError::Damaged(format!("a sign-in at a provider: {error}")))?,
            expires_at: now.plus(limits::PROVIDER_SIGN_IN),
        };
        let key = WaitingKey(digest(&started.state));
        let most = limits::PROVIDER_SIGN_INS;
        self.store.begin_provider_sign_in(key, waiting, most, now).await?;
        Ok(started)
    }

    /// The journey of a browser that came back, once. `None` if it is over, was to another provider, or was begun by a
    /// browser that keeps none of `browsers`.
    pub async fn arrive(
        &self,
        provider: &Provider,
        state: &str,
        browsers: impl Iterator<Item = String>,
    ) -> Result<Option<Journey>, AccountError> {
        if !is_random_token(state) {
            return Ok(None);
        }
        let key = WaitingKey(digest(state));
        let waiting = self.store.take_provider_sign_in(key, self.clock.now()).await?;
        let Some(waiting) = waiting.filter(|waiting| waiting.provider == provider.id) else {
            return Ok(None);
        };
        // A link in a mail waits in the same place, and is none.
        let Ok(journey) = serde_json::from_str::<Journey>(&waiting.content) else {
            return Ok(None);
        };
        let mut digests = browsers.map(|browser| digest(&browser));
        let is_the_same = digests.any(|browser| bool::from(browser.ct_eq(&journey.browser)));
        Ok(is_the_same.then_some(journey))
    }
}
