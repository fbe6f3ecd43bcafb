//! What tests need around them. Only tests depend on this.

mod blocking;
pub mod pooler;
pub mod postgres;

pub use self::blocking::block_on;
