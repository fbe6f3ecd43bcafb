//! The server's token keys and the MACs made with them. No other module touches the keys.
//!
//! The current key makes MACs; every key that the server still has verifies them. So rotating the key ends no token:
//! each lasts its lifetime, and a refresh issues tokens of the current key.

use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use sha2::Sha256;

use super::{Claims, TokenKind};

/// The bytes kept of an HMAC-SHA-256.
pub(crate) const MAC_BYTES: usize = 16;

pub(crate) type TokenMac = [u8; MAC_BYTES];

/// The keys, current one first. Clones share them: replacing the keys of one replaces them for all.
#[derive(Clone)]
pub struct TokenKeys(Arc<RwLock<TokenKey>>);

impl TokenKeys {
    /// Keys for tokens, the current one first.
    pub fn new(current: &[u8; 32], before: &[[u8; 32]]) -> Self {
        Self(Arc::new(RwLock::new(TokenKey::of(current, before))))
    }

    /// Uses these keys from the next request on. Returns whether the current one changed.
    pub fn replace(&self, current: &[u8; 32], before: &[[u8; 32]]) -> bool {
        let next = TokenKey::of(current, before);
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Keys cannot be compared, but MACs made with them can.
        let is_another = next.make_mac(SAME, &[]) != held.make_mac(SAME, &[]);
        *held = next;
        is_another
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> TokenKey {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The prepared keys, current one first. Each use starts with its own label, so that a MAC made for one purpose is
/// never valid for another.
#[derive(Clone)]
pub(crate) struct TokenKey(Arc<[Hmac<Sha256>]>);

/// A MAC being computed or compared.
type Making = Hmac<Sha256>;

impl TokenKey {
    #[cfg(test)]
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self::of(key, &[])
    }

    fn of(current: &[u8; 32], before: &[[u8; 32]]) -> Self {
        let ready = |key: &[u8; 32]| Making::new_from_slice(key).expect("HMAC takes a key of any length");
        Self(std::iter::once(current).chain(before).map(ready).collect())
    }

    /// The MAC over these parts, made with the current key.
    fn make_mac(&self, label: &str, parts: &[&[u8]]) -> TokenMac {
        cut(over(&self.0[0], label, parts))
    }

    /// Whether one of the keys made this MAC. Compares in constant time.
    fn made(&self, label: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        mac.len() == MAC_BYTES
            && self
                .0
                .iter()
                .any(|key| over(key, label, parts).verify_truncated_left(mac).is_ok())
    }

    pub(super) fn inner(&self, kind: TokenKind, salt: &[u8; 16], claims: &[u8; Claims::LENGTH]) -> TokenMac {
        self.make_mac(INNER, &[&[kind.byte()], salt, claims])
    }

    pub(super) fn outer(&self, kind: TokenKind, claims: &[u8; Claims::LENGTH], inner: &TokenMac) -> TokenMac {
        self.make_mac(OUTER, &[&[kind.byte()], claims, inner])
    }

    /// Compares in constant time.
    pub(super) fn is_inner(
        &self,
        kind: TokenKind,
        salt: &[u8; 16],
        claims: &[u8; Claims::LENGTH],
        mac: &TokenMac,
    ) -> bool {
        self.made(INNER, &[&[kind.byte()], salt, claims], mac)
    }

    /// Compares in constant time. A `mac` of any other length than [`MAC_BYTES`] is wrong.
    pub(super) fn is_outer(
        &self,
        kind: TokenKind,
        claims: &[u8; Claims::LENGTH],
        inner: &TokenMac,
        mac: &[u8],
    ) -> bool {
        self.made(OUTER, &[&[kind.byte()], claims, inner], mac)
    }

    /// The MAC that authenticates the time of an authorization request.
    pub(crate) fn requested_at(&self, request: &str, at: Timestamp) -> TokenMac {
        self.make_mac(REQUESTED_AT, &[&at.as_millis().to_be_bytes(), request.as_bytes()])
    }

    /// Compares in constant time. A `mac` of any other length than [`MAC_BYTES`] is wrong.
    pub(crate) fn is_requested_at(&self, request: &str, at: Timestamp, mac: &[u8]) -> bool {
        self.made(
            REQUESTED_AT,
            &[&at.as_millis().to_be_bytes(), request.as_bytes()],
            mac,
        )
    }
}

const INNER: &str = "latchkey token inner 1";
const OUTER: &str = "latchkey token outer 1";
const REQUESTED_AT: &str = "latchkey authorization begun 1";
const SAME: &str = "latchkey same key 1";

fn over(key: &Making, label: &str, parts: &[&[u8]]) -> Making {
    let mut mac = key.clone();
    mac.update(label.as_bytes());
    for part in parts {
        mac.update(part);
    }
    mac
}

fn cut(mac: Hmac<Sha256>) -> TokenMac {
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    let mut mac = [0; MAC_BYTES];
    mac.copy_from_slice(&bytes[..MAC_BYTES]);
    mac
}
