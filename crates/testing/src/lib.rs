//! What tests need around them. Only tests and the benchmark depend on this.

mod blocking;
pub mod hand;
pub mod mail_server;
pub mod passkey;
pub mod pooler;
pub mod postgres;
mod provider;

pub use self::blocking::block_on;
pub use self::provider::provider_spec;
