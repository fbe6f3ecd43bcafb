//! Codes, access tokens and refresh tokens: derived from a grant, never stored.
//!
//! A token is a prefix that identifies its kind (secret scanners find it), then in URL-safe base64 its [`Claims`] and
//! two MACs, each an HMAC-SHA-256 cut to 16 bytes:
//!
//! - the *inner* MAC is made with the server's key over the kind, the grant's random salt and the claims: it needs
//!   both the key and the grant's row, so neither a stolen key nor a stolen database can make tokens;
//! - the *outer* MAC is made with the server's key alone over the kind, the claims and the inner MAC: a forged or
//!   mangled token is refused without a query.
//!
//! The same claims always give the same token, so a lost response can be repeated although it was not stored. RFC
//! 6749 section 10.10 asks for 128 bits, and as many again protect the salt.

mod claims;
mod mac;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_storage::Grant;
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use thiserror::Error;

pub(crate) use self::claims::{Claims, ScopeLimit};
pub use self::mac::TokenKeys;
pub(crate) use self::mac::{MAC_BYTES, TokenKey, TokenMac};

/// What a token is for. Both MACs cover the kind, so one kind is never mistaken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An authorization code (RFC 6749 section 1.3.1).
    Code,
    /// An access token (section 1.4).
    Access,
    /// A refresh token (section 1.5).
    Refresh,
}

impl TokenKind {
    const ALL: [Self; 3] = [Self::Code, Self::Access, Self::Refresh];

    /// The start of every token of this kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "lk_ac_",
            Self::Access => "lk_at_",
            Self::Refresh => "lk_rt_",
        }
    }

    /// Its name in a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Code => "an authorization code",
            Self::Access => "an access token",
            Self::Refresh => "a refresh token",
        }
    }

    /// The byte that the MACs cover. It must never change.
    const fn byte(self) -> u8 {
        match self {
            Self::Code => 0,
            Self::Access => 1,
            Self::Refresh => 2,
        }
    }
}

/// A code or token in the clear, for the client. It cannot be printed, and its memory is wiped.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// The token, for the response to the client and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Serialized only into the token response.
impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

/// Why a text is not a token of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unreadable {
    #[error("it is {}, not {}", found.label(), expected.label())]
    OtherKind { found: TokenKind, expected: TokenKind },
    #[error("this server did not issue it, or it was changed or cut off on the way")]
    NotOurs,
}

/// A token that passed the outer MAC; its grant has yet to confirm it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) kind: TokenKind,
    pub(crate) claims: Claims,
    inner: TokenMac,
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("kind", &self.kind)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

const LENGTH: usize = Claims::LENGTH + MAC_BYTES + MAC_BYTES;

impl TokenKey {
    /// The only token of this kind with these claims, for the grant with this salt.
    pub(crate) fn make(&self, kind: TokenKind, claims: &Claims, salt: &[u8; 16]) -> Token {
        let claims = claims.to_bytes();
        let inner = self.inner(kind, salt, &claims);
        let outer = self.outer(kind, &claims, &inner);
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(&claims);
        bytes.extend_from_slice(&inner);
        bytes.extend_from_slice(&outer);
        let mut text = String::with_capacity(96);
        text.push_str(kind.prefix());
        URL_SAFE_NO_PAD.encode_string(&bytes, &mut text);
        Token(text.into())
    }

    /// Reads a token of this kind and checks its outer MAC.
    pub(crate) fn read(&self, kind: TokenKind, text: &str) -> Result<Presented, Unreadable> {
        let presented = self.read_any(text)?;
        if presented.kind == kind {
            Ok(presented)
        } else {
            Err(Unreadable::OtherKind {
                found: presented.kind,
                expected: kind,
            })
        }
    }

    /// Reads a token of any kind.
    pub(crate) fn read_any(&self, text: &str) -> Result<Presented, Unreadable> {
        let (kind, encoded) = TokenKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))
            .ok_or(Unreadable::NotOurs)?;
        // Larger than needed, since the decoder works in whole groups. Given bytes have only one spelling.
        let mut buffer = [0; LENGTH + 4];
        let length = URL_SAFE_NO_PAD
            .decode_slice(encoded, &mut buffer)
            .map_err(|_| Unreadable::NotOurs)?;
        let (claims, rest) = buffer[..length].split_first_chunk().ok_or(Unreadable::NotOurs)?;
        let (inner, outer) = rest.split_first_chunk().ok_or(Unreadable::NotOurs)?;
        // A text of another length leaves an outer MAC of another length.
        if !self.is_outer(kind, claims, inner, outer) {
            return Err(Unreadable::NotOurs);
        }
        Ok(Presented {
            kind,
            claims: Claims::from_bytes(claims),
            inner: *inner,
        })
    }

    /// Whether the token was made for this grant: the number is right, and the inner MAC uses its salt.
    pub(crate) fn confirms(&self, presented: &Presented, grant: &Grant) -> bool {
        presented.claims.grant == grant.id
            && self.is_inner(
                presented.kind,
                &grant.salt,
                &presented.claims.to_bytes(),
                &presented.inner,
            )
    }
}

#[cfg(test)]
mod tests;
