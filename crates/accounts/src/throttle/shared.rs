//! The counts where every node sees them, if the store serves several; in memory if it does not.

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

use latchkey_domain::{Email, Timestamp};
use latchkey_store::{AttemptKey, AttemptsDecision, Store};
use sha2::{Digest, Sha256};

use super::rules::{FORGET_AFTER, Three};
use super::{Throttle, rules};
use crate::AccountError;

/// Counts attempts to sign in, and says who has to wait.
pub(crate) struct Throttling {
    store: Arc<dyn Store>,
    /// Used if the store shares nothing.
    own: Throttle,
}

impl Throttling {
    pub(crate) fn over(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            own: Throttle::new(),
        }
    }

    /// Counts an attempt, or says how long to wait.
    pub(crate) async fn admit(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let decide = move |before: &Three| rules::admit(before, now).ok();
        let outcome = match self.change(account, address, now, Box::new(decide)).await? {
            Some(before) => rules::admit(&before, now).map(|_| ()),
            None => self.own.admit(account, address, now),
        };
        outcome.map_err(|wait| AccountError::TryLater { wait })
    }

    /// Takes back an attempt that succeeded.
    pub(crate) async fn succeeded(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let decide = |before: &Three| Some(rules::succeeded(before));
        if self
            .change(account, address, now, Box::new(decide))
            .await?
            .is_none()
        {
            self.own.succeeded(account, address);
        }
        Ok(())
    }

    /// Takes back an attempt whose outcome is not known. If the store cannot be reached, which may well be why, it stays
    /// counted.
    pub(crate) async fn undecided(&self, account: &str, address: Option<IpAddr>, now: Timestamp) {
        let decide = |before: &Three| Some(rules::undecided(before));
        if let Ok(None) = self.change(account, address, now, Box::new(decide)).await {
            self.own.undecided(account, address);
        }
    }

    /// Changes the shared counts; as they were before. `None` if nothing is shared.
    async fn change(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: Timestamp,
        decide: AttemptsDecision,
    ) -> Result<Option<Three>, AccountError> {
        let Some(shared) = self.store.shared_attempts() else {
            return Ok(None);
        };
        let before = shared
            .change_attempts(keys(account, address), now.minus(FORGET_AFTER), decide)
            .await?;
        Ok(Some(before))
    }
}

/// Keys of a fixed size that are the same on every node. They are hashes, so that the database does not list who signs in
/// from where.
fn keys(account: &str, address: Option<IpAddr>) -> [AttemptKey; 3] {
    let account = Email::key(account);
    let address = address.map_or_else(String::new, |address| rules::subscriber(address).to_string());
    [
        key(&["pair", &account, &address]),
        key(&["account", &account]),
        key(&["address", &address]),
    ]
}

fn key(parts: &[&str]) -> AttemptKey {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
