//! The store, written once for both databases.
//!
//! An operation is a function that runs [`Statements`], and a [`Database`] says where it runs: on `SQLite` on the writer's
//! thread or on a reader, on `PostgreSQL` on a connection of the pool. A statement is written once as well; where the two
//! databases need different words it has both ([`dialect`]).

mod applications;
mod content;
mod retention;
mod sessions;
mod usage;

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod columns;
pub(crate) mod database;
pub(crate) mod dialect;
pub(crate) mod folding;
pub(crate) mod grants;
pub(crate) mod members;
pub(crate) mod memory;
pub(crate) mod networks;
pub(crate) mod new_database;
pub(crate) mod params;
pub(crate) mod rotation;
pub(crate) mod rows;
pub(crate) mod statements;

pub(crate) use self::columns::Columns;
pub(crate) use self::database::{Change, Database, Isolation};
pub(crate) use self::params::{Param, params};
pub(crate) use self::statements::{Answer, Statements};

/// The store in a database: `SQLite` or `PostgreSQL`.
pub struct SqlStore<D>(pub(crate) D);
