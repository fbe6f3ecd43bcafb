//! TLS to `PostgreSQL`, with what `libpq` means by `sslmode`: [`settings`] are what the URL says, [`connector`] speaks it,
//! [`verify`] decides whom to trust, [`binding`] ties the password's proof to the server that it was given to.

mod binding;
mod connector;
mod settings;
mod verify;

pub(super) use self::connector::{Connector, Untrusted};
pub(super) use self::settings::TlsSettings;
