//! OpenID Connect beside OAuth: who signed in, as a signed ID token (OpenID Connect Core 1.0, code flow).
//!
//! [`keys`] makes and publishes the keys, [`key_pair`] is one of them, [`jws`] signs with them and reads what they signed, [`id_token`] says what is in an
//! ID token, [`claims`] what it and userinfo say of a member, [`hint`] reads an ID token that comes back, [`logout`] signs people out.

pub(crate) mod claims;
pub(crate) mod discovery;
pub(crate) mod hint;
mod id_token;
mod jws;
mod key_pair;
pub(crate) mod keys;
pub mod logout;

pub use self::claims::MemberClaims;
pub use self::discovery::OpenIdMetadata;
pub(crate) use self::id_token::Issue;
pub use self::key_pair::PublicKey;
pub use self::keys::{Jwk, Jwks};
pub use self::logout::Logout;
