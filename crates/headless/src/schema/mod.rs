//! The schema, a file per type. Besides its fields, each type declares which scopes open its objects
//! ([`Object`](crate::access::Object)) and how to find one by its number.
//!
//! A new type needs a file and a field that leads to it; if it has global ids, also its name in `kind.rs` and its line in
//! `node.rs`. Tests then require its row in `docs/integrating.md` and its fields in `tests/headless/matrix/`.

mod comment;
mod course;
mod event;
mod identified;
mod lesson;
mod me;
mod member;
mod mutation;
mod network;
mod node;
mod plan;
mod post;
mod query;
mod role;
mod search;
mod sort;
mod space;

pub(crate) use self::mutation::Mutation;
pub(crate) use self::query::Query;
