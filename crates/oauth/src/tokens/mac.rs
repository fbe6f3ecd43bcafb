//! The server's token keys and the tags that are made with them. Nothing else in the protocol touches the keys.
//!
//! Tags are made with the current key and recognised with every key that the server still has, so that rotating the key
//! ends no token: each lives out its time, and a refresh answers with tokens of the current key.

use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use sha2::Sha256;

use super::{Claims, TokenKind};

/// How many bytes of an HMAC-SHA-256 a tag has.
pub(crate) const TAG: usize = 16;

/// A tag.
pub(crate) type Tag = [u8; TAG];

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
        let is_another = next.make_tag(SAME, &[]) != held.make_tag(SAME, &[]);
        *held = next;
        is_another
    }

    /// The keys as they are now.
    pub(crate) fn now(&self) -> TokenKey {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The keys, ready for use, the current one first. Each use begins with a label, so that a tag made for one thing is never
/// good for another.
#[derive(Clone)]
pub(crate) struct TokenKey(Arc<[Hmac<Sha256>]>);

/// A tag that is being made, or compared with one that was sent.
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

    /// The tag over these parts, made with the current key.
    fn make_tag(&self, label: &str, parts: &[&[u8]]) -> Tag {
        cut(mac(&self.0[0], label, parts))
    }

    /// Whether one of the keys made this tag. Compares in constant time.
    fn made(&self, label: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        tag.len() == TAG
            && self
                .0
                .iter()
                .any(|key| mac(key, label, parts).verify_truncated_left(tag).is_ok())
    }

    pub(super) fn inner(&self, kind: TokenKind, salt: &[u8; 16], claims: &[u8; Claims::LENGTH]) -> Tag {
        self.make_tag(INNER, &[&[kind.byte()], salt, claims])
    }

    pub(super) fn outer(&self, kind: TokenKind, claims: &[u8; Claims::LENGTH], inner: &Tag) -> Tag {
        self.make_tag(OUTER, &[&[kind.byte()], claims, inner])
    }

    /// Compares in constant time.
    pub(super) fn is_inner(
        &self,
        kind: TokenKind,
        salt: &[u8; 16],
        claims: &[u8; Claims::LENGTH],
        tag: &Tag,
    ) -> bool {
        self.made(INNER, &[&[kind.byte()], salt, claims], tag)
    }

    /// Compares in constant time. A `tag` of another length than [`TAG`] is wrong.
    pub(super) fn is_outer(
        &self,
        kind: TokenKind,
        claims: &[u8; Claims::LENGTH],
        inner: &Tag,
        tag: &[u8],
    ) -> bool {
        self.made(OUTER, &[&[kind.byte()], claims, inner], tag)
    }

    /// The tag with which an authorization request says when it was begun.
    pub(crate) fn begun(&self, request: &str, at: Timestamp) -> Tag {
        self.make_tag(BEGUN, &[&at.as_millis().to_be_bytes(), request.as_bytes()])
    }

    /// Compares in constant time. A `tag` of another length than [`TAG`] is wrong.
    pub(crate) fn is_begun(&self, request: &str, at: Timestamp, tag: &[u8]) -> bool {
        self.made(BEGUN, &[&at.as_millis().to_be_bytes(), request.as_bytes()], tag)
    }
}

const INNER: &str = "latchkey token inner 1";
const OUTER: &str = "latchkey token outer 1";
const BEGUN: &str = "latchkey authorization begun 1";
const SAME: &str = "latchkey same key 1";

fn mac(key: &Making, label: &str, parts: &[&[u8]]) -> Making {
    let mut mac = key.clone();
    mac.update(label.as_bytes());
    for part in parts {
        mac.update(part);
    }
    mac
}

fn cut(mac: Hmac<Sha256>) -> Tag {
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    let mut tag = [0; TAG];
    tag.copy_from_slice(&bytes[..TAG]);
    tag
}
