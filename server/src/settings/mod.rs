//! Settings: from flags, then the environment, then `latchkey.toml`, then the defaults.

mod data;
mod database;
mod file;
mod mail;
mod otlp;
mod public_url;
mod retention;
mod serve;
mod trusted_proxies;

pub(crate) use self::data::{DataArgs, DataSettings};
pub(crate) use self::database::{Database, DatabaseArgument};
pub(crate) use self::file::SettingsFile;
pub(crate) use self::mail::{MailArgs, MailSettings};
pub(crate) use self::otlp::{OtlpEndpoint, Sampling};
pub use self::public_url::PublicUrl;
use self::retention::RetentionArgs;
pub(crate) use self::serve::{ServeArgs, ServeSettings, read_listen};
pub use self::trusted_proxies::{TrustedProxies, TrustedProxy};
