//! Settings: from flags, then the environment, then `latchkey.toml`, then the defaults.

mod data;
mod database;
mod file;
mod otlp;
mod public_url;
mod retention;
mod serve;
mod trusted_proxies;

pub use self::data::{DataArgs, DataSettings};
pub use self::database::{Database, DatabaseArgument};
pub use self::file::SettingsFile;
pub use self::otlp::{OtlpEndpoint, Sampling};
pub use self::public_url::PublicUrl;
pub use self::retention::RetentionArgs;
pub(crate) use self::serve::read_listen;
pub use self::serve::{ServeArgs, ServeSettings};
pub use self::trusted_proxies::{TrustedProxies, TrustedProxy};
