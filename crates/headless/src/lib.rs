//! The Headless API: GraphQL over a network's content, through the eyes of the member whose token asks.
//!
//! [`HeadlessApi::answer`] takes what a client sent and gives what it gets. A query passes five gates: [`cost`] refuses what
//! would be too much work before any of it is done, [`Budget`] what would be too much of it in a minute, [`access`] opens
//! each field only to the scopes that it declares, `open` opens each object only to the scopes that its type declares,
//! and the store gives only what the member may see. The schema is in `schema/`, a file per type.

pub mod access;
pub mod cost;
pub mod html;

mod answer;
mod budget;
mod caller;
mod connection;
mod documents;
mod error;
mod id;
mod loaders;
mod open;
mod schema;
mod span;
mod starter;
mod time;

pub use self::answer::{Answer, HeadlessApi, error_body, whole_seconds};
pub use self::budget::Budget;
pub use self::caller::Caller;
pub use self::starter::starter_query;
