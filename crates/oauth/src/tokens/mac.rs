//! The server's token keys and the MACs that are made with them. Nothing else in the protocol touches the keys.
//!
//! MACs are made with the current key and recognised with every key that the server still has, so that rotating the key
//! ends no token: each lives out its time, and a refresh answers with tokens of the current key.

use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use sha2::Sha256;

use super::{Claims, TokenKind};

/// How many bytes of an HMAC-SHA-256 a MAC has.
pub(crate) const MAC_BYTES: usize = 16;

/// A MAC.
pub(crate) type TokenMac = [u8; MAC_BYTES];

/// The keys, the current one first. The clones are one: each sees the keys that another was given.
#[derive(Clone)]
pub struct TokenKeys(Arc<RwLock<TokenKey>>);

impl TokenKeys {
    /// Keys for tokens, the current one first.
    pub fn new(current: &[u8; 32], before: &[[u8; 32]]) -> Self {
        Self(Arc::new(RwLock::new(TokenKey::of(current, before))))
    }

    /// Takes these keys from the next request on; whether the current one is another than before.
    pub fn replace(&self, current: &[u8; 32], before: &[[u8; 32]]) -> bool {
        let next = TokenKey::of(current, before);
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Keys do not compare; what they make does.
        let is_another = next.make_mac(SAME, &[]) != held.make_mac(SAME, &[]);
        *held = next;
        is_another
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> TokenKey {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The keys, ready for use, the current one first. Each use begins with a label, so that a MAC made for one thing is never
/// good for another.
#[derive(Clone)]
pub(crate) struct TokenKey(Arc<[Hmac<Sha256>]>);

/// A MAC that is being made, or compared with one that was sent.
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

    /// Compares in constant time. A `mac` of another length than [`MAC_BYTES`] is wrong.
    pub(super) fn is_outer(
        &self,
        kind: TokenKind,
        claims: &[u8; Claims::LENGTH],
        inner: &TokenMac,
        mac: &[u8],
    ) -> bool {
        self.made(OUTER, &[&[kind.byte()], claims, inner], mac)
    }

    /// The MAC with which an authorization request says when it was made.
    pub(crate) fn requested_at(&self, request: &str, at: Timestamp) -> TokenMac {
        self.make_mac(REQUESTED_AT, &[&at.as_millis().to_be_bytes(), request.as_bytes()])
    }

    /// Compares in constant time. A `mac` of another length than [`MAC_BYTES`] is wrong.
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
