//! What tests need around them. Only tests and the benchmark depend on this.

mod blocking;
pub mod mail_server;
pub mod pooler;
pub mod postgres;

pub use self::blocking::block_on;
