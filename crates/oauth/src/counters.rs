//! Counts of decisions, for metrics. They do not reveal whom or what a decision was about.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::authorize::RedirectCode;
use crate::token_endpoint::{self, GRANT_TYPES};
use crate::{Decision, Introspection};

/// A counter that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The current value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All counters of the authorization server.
#[derive(Debug, Default)]
pub struct Counters {
    tokens_issued: [Count; token_endpoint::COUNT],
    /// Codes presented a second time.
    pub code_replays: Count,
    /// Refresh tokens presented after a newer one was in use.
    pub refresh_replays: Count,
    /// Grants that applications revoked.
    pub revocations: Count,
    /// Authorizations that ended with a code.
    pub granted: Count,
    /// Authorizations that the person denied.
    pub denied: Count,
    /// Authorization requests that were refused.
    pub refused: Count,
    /// Authorization requests that failed because of the server.
    pub failed: Count,
    /// Introspected tokens that were valid.
    pub active: Count,
    /// Introspected tokens that were not valid.
    pub inactive: Count,
}

impl Counters {
    /// How many tokens were issued, by grant type.
    pub fn tokens_issued(&self) -> impl Iterator<Item = (&'static str, &Count)> {
        GRANT_TYPES.iter().map(|known| known.id).zip(&self.tokens_issued)
    }

    pub(crate) fn count_tokens(&self, grant_type: &str) {
        if let Some((_, count)) = self.tokens_issued().find(|(known, _)| *known == grant_type) {
            count.add();
        }
    }

    /// Counts how an authorization ended. A page that awaits an answer has not ended.
    pub(crate) fn count_decision(&self, decision: &Decision) {
        match decision {
            Decision::SignIn(_) | Decision::Consent(_) => {}
            Decision::Redirect(redirect) => match redirect.error {
                None => self.granted.add(),
                Some(RedirectCode::AccessDenied) => self.denied.add(),
                Some(_) if redirect.cause.is_some() => self.failed.add(),
                Some(_) => self.refused.add(),
            },
            Decision::Page(error) if error.status() >= 500 => self.failed.add(),
            Decision::Page(_) => self.refused.add(),
        }
    }

    pub(crate) fn count_introspection(&self, introspection: &Introspection) {
        if introspection.active {
            self.active.add();
        } else {
            self.inactive.add();
        }
    }
}
