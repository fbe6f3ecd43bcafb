//! The server's token key and the tags that are made with it. Nothing else in the protocol touches the key.

use hmac::{Hmac, Mac};
use latchkey_domain::Timestamp;
use sha2::Sha256;

use super::{Claims, TokenKind};

/// How many bytes of an HMAC-SHA-256 a tag has.
pub(crate) const TAG: usize = 16;

/// A tag.
pub(crate) type Tag = [u8; TAG];

/// The key, ready for use. Each use begins with a label, so that a tag made for one thing is never good for another.
#[derive(Clone)]
pub(crate) struct TokenKey(Hmac<Sha256>);

impl TokenKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    fn mac(&self, label: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(label.as_bytes());
        for part in parts {
            mac.update(part);
        }
        mac
    }

    fn inner_mac(&self, kind: TokenKind, salt: &[u8; 16], claims: &[u8; Claims::LENGTH]) -> Hmac<Sha256> {
        self.mac("latchkey token inner 1", &[&[kind.byte()], salt, claims])
    }

    fn outer_mac(&self, kind: TokenKind, claims: &[u8; Claims::LENGTH], inner: &Tag) -> Hmac<Sha256> {
        self.mac("latchkey token outer 1", &[&[kind.byte()], claims, inner])
    }

    pub(super) fn inner(&self, kind: TokenKind, salt: &[u8; 16], claims: &[u8; Claims::LENGTH]) -> Tag {
        cut(self.inner_mac(kind, salt, claims))
    }

    pub(super) fn outer(&self, kind: TokenKind, claims: &[u8; Claims::LENGTH], inner: &Tag) -> Tag {
        cut(self.outer_mac(kind, claims, inner))
    }

    /// Compares in constant time.
    pub(super) fn is_inner(
        &self,
        kind: TokenKind,
        salt: &[u8; 16],
        claims: &[u8; Claims::LENGTH],
        tag: &Tag,
    ) -> bool {
        self.inner_mac(kind, salt, claims)
            .verify_truncated_left(tag)
            .is_ok()
    }

    /// Compares in constant time. A `tag` of another length than [`TAG`] is wrong.
    pub(super) fn is_outer(
        &self,
        kind: TokenKind,
        claims: &[u8; Claims::LENGTH],
        inner: &Tag,
        tag: &[u8],
    ) -> bool {
        tag.len() == TAG
            && self
                .outer_mac(kind, claims, inner)
                .verify_truncated_left(tag)
                .is_ok()
    }

    fn begun_mac(&self, request: &str, at: Timestamp) -> Hmac<Sha256> {
        self.mac(
            "latchkey authorization begun 1",
            &[&at.as_millis().to_be_bytes(), request.as_bytes()],
        )
    }

    /// The tag with which an authorization request says when it was begun.
    pub(crate) fn begun(&self, request: &str, at: Timestamp) -> Tag {
        cut(self.begun_mac(request, at))
    }

    /// Compares in constant time. A `tag` of another length than [`TAG`] is wrong.
    pub(crate) fn is_begun(&self, request: &str, at: Timestamp, tag: &[u8]) -> bool {
        tag.len() == TAG && self.begun_mac(request, at).verify_truncated_left(tag).is_ok()
    }
}

fn cut(mac: Hmac<Sha256>) -> Tag {
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    let mut tag = [0; TAG];
    tag.copy_from_slice(&bytes[..TAG]);
    tag
}
