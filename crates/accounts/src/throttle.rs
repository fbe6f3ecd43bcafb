//! Limits attempts to sign in.
//!
//! It keeps three counts, in memory with a bounded size, or in a store that several nodes share:
//!
//! - **Account and address together.** After [`FREE`] wrong passwords the pair waits, twice as long each time, up to a
//!   minute. Other addresses do not wait, so nobody can lock a member out by guessing.
//! - **Account.** After [`UNDER_ATTACK`] wrong passwords from everywhere, an address that the member never signed in
//!   from waits before each attempt: longer with each attempt on the account, up to a minute. Its attempt is then
//!   reserved, however many others guess meanwhile: with a single pace for all, an endless attack could lock out a
//!   member on a new network. Networks that the member signed in from before do not wait.
//! - **Address.** A bucket of attempts that refills slowly, so that one address cannot try one password on everybody.
//!
//! An attempt counts from its start, so that a thousand at once cannot bypass the limit. Successful ones do not count.

mod memory;
mod rules;

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use latchkey_storage::{CountsDecision, KeyedHash, Store};
use sha2::Sha256;
use zeroize::Zeroizing;

use self::memory::MemoryThrottle;
pub use self::rules::subscriber;
use self::rules::{EXPIRES_AFTER, Three};
#[cfg(doc)]
use self::rules::{FREE, UNDER_ATTACK};
use crate::AccountError;

/// Counts attempts to sign in and decides which have to wait.
pub(crate) struct SignInThrottle {
    store: Arc<dyn Store>,
    /// Used if the store does not share counts.
    own: MemoryThrottle,
    key: RwLock<Zeroizing<[u8; 32]>>,
}

impl SignInThrottle {
    /// `key` is derived for this purpose only.
    pub(crate) fn over(store: Arc<dyn Store>, key: [u8; 32]) -> Self {
        Self {
            store,
            own: MemoryThrottle::new(),
            key: RwLock::new(Zeroizing::new(key)),
        }
    }

    /// Makes the keys of counts with this key from now on.
    pub(crate) fn use_key(&self, key: [u8; 32]) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Zeroizing::new(key);
    }

    /// The key of a network that the owner of `account` signs in from.
    pub(crate) fn network(&self, account: &str, address: IpAddr) -> KeyedHash {
        self.key(&["network", account, &rules::subscriber(address).to_string()])
    }

    /// Counts an attempt, or says how long to wait.
    pub(crate) async fn admit(
        &self,
        account: &str,
        address: Option<IpAddr>,
        is_known: bool,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let decide = move |before: &Three| match rules::admit(before, is_known, now) {
            Ok(after) => Some(after),
            Err(wait) => wait.after,
        };
        let outcome = match self.change(account, address, now, Box::new(decide)).await? {
            Some(before) => rules::admit(&before, is_known, now)
                .map(|_| ())
                .map_err(|wait| wait.wait),
            None => self.own.admit(account, address, is_known, now),
        };
        outcome.map_err(|wait| AccountError::TryLater { wait })
    }

    /// Uncounts an attempt that succeeded.
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

    /// Uncounts an attempt whose outcome is unknown. It stays counted if the store cannot be reached, which may be the
    /// cause.
    pub(crate) async fn undecided(&self, account: &str, address: Option<IpAddr>, now: Timestamp) {
        let decide = |before: &Three| Some(rules::undecided(before));
        if let Ok(None) = self.change(account, address, now, Box::new(decide)).await {
            self.own.undecided(account, address);
        }
    }

    /// Changes the shared counts and returns the counts before. `None` if nothing is shared.
    async fn change(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: Timestamp,
        decide: CountsDecision,
    ) -> Result<Option<Three>, AccountError> {
        let Some(shared) = self.store.shared_attempts() else {
            return Ok(None);
        };
        let before = shared
            .change_attempts(self.keys(account, address), now.minus(EXPIRES_AFTER), decide)
            .await?;
        Ok(Some(before))
    }

    fn keys(&self, account: &str, address: Option<IpAddr>) -> [KeyedHash; 3] {
        let address = address.map_or_else(String::new, |address| rules::subscriber(address).to_string());
        [
            self.key(&["pair", account, &address]),
            self.key(&["account", account]),
            self.key(&["address", &address]),
        ]
    }

    /// A key of fixed size, the same on every node. Emails and addresses can be guessed, so it is a MAC: the database
    /// without the server key does not reveal who signs in from where.
    fn key(&self, parts: &[&str]) -> KeyedHash {
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        let mac = mac.finalize().into_bytes();
        mac[..16].iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn what_is_kept_needs_the_key_to_be_guessed() {
        let world = World::new().await;
        let (one, same) = (
            SignInThrottle::over(world.store.clone(), [1; 32]),
            SignInThrottle::over(world.store.clone(), [1; 32]),
        );
        let address = IpAddr::from([192, 0, 2, 1]);
        let all = |throttle: &SignInThrottle| {
            let mut all = throttle.keys("ada@example.com", Some(address)).to_vec();
            all.push(throttle.network("ada@example.com", address));
            all
        };
        let before = all(&one);
        assert_eq!(before, all(&same), "alike on every node");
        one.use_key([2; 32]);
        for (before, after) in before.iter().zip(all(&one)) {
            assert_eq!((before.len(), after.len()), (32, 32));
            assert_ne!(*before, after);
        }
    }
}
