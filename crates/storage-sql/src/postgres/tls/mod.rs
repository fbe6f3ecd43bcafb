//! TLS to `PostgreSQL`, with what `libpq` means by `sslmode`: [`settings`] are what the URL says, [`connector`] speaks it,
//! [`verify`] decides whom to trust, [`binding`] ties the password's proof to the server that it was given to.
//!
//! `tokio-postgres-rustls` would replace [`connector`] and [`binding`]. It brings nine crates that parse all of X.509, to read
//! one field of a certificate, and an operator would get `rustls`'s errors instead of what to do.

mod binding;
mod connector;
mod settings;
mod verify;

pub(super) use self::connector::{Connector, Stream, Untrusted};
pub(super) use self::settings::TlsSettings;
