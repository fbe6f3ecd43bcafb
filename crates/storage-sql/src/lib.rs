//! What Latchkey keeps, in `SQLite` or `PostgreSQL`: one body of queries over two drivers.
//!
//! An operation is a function that runs [`Statements`], and a [`Database`] says where it runs: on `SQLite` on the writer's
//! thread or on a reader, on `PostgreSQL` on a connection of the pool. A statement is written once as well; where the two
//! databases need different words it has both ([`database::dialect`]). [`sqlite`] and [`postgres`] hold only what truly
//! differs. Nothing outside this crate names SQL.

#![allow(missing_docs)] // A name that says it all has no comment.

mod activity;
mod applications;
mod audit;
mod content;
mod folded_members;
mod grants;
mod key_rotation;
mod logos;
mod mails;
mod members;
mod networks;
mod new_database;
mod passkeys;
mod providers;
mod retention;
mod second_factors;
mod sessions;
mod sign_in_links;
mod sign_in_profiles;
mod signing_keys;
mod usage;

mod database;
mod files;
mod folding;
mod key_file;
mod keychain;
mod random;
mod sealing;
mod slow;
mod spans;

pub mod copy;
pub mod keyring;
pub mod keys;
pub mod postgres;
pub mod sqlite;

use std::ops::Deref;

pub(crate) use self::database::columns::Columns;
pub(crate) use self::database::driver_error::{DriverError, DriverResult};
pub(crate) use self::database::params::{Param, params};
pub(crate) use self::database::rows;
pub(crate) use self::database::statements::{Answer, Reply, Statements};
pub(crate) use self::database::{Change, Database, Isolation};

/// The store in a database: `SQLite` or `PostgreSQL`.
pub struct SqlStore<D>(pub(crate) D);

/// So that an operation says `self.write(…)`.
impl<D> Deref for SqlStore<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

/// A store as the rules know it. Made here, so that this crate alone compiles its operations, and not each that uses one.
macro_rules! as_dyn_store {
    ($store:ty) => {
        impl $store {
            /// The store, to be shared as what the rules know.
            pub fn shared(self: &std::sync::Arc<Self>) -> std::sync::Arc<dyn latchkey_storage::Store> {
                self.clone()
            }

            /// The same, borrowed.
            pub fn as_store(&self) -> &dyn latchkey_storage::Store {
                self
            }
        }
    };
}
as_dyn_store!(sqlite::SqliteStore);
as_dyn_store!(postgres::PostgresStore);
