//! The Headless API: GraphQL over a network's content, with the rights of the member whose token asks.
//!
//! [`HeadlessApi::answer`] turns the body of a request into its answer. A query passes five gates:
//!
//! 1. `cost` refuses what is too much work before any of it is done,
//! 2. [`Budget`] refuses what is too much work in a minute,
//! 3. `access` opens each field only to the scopes that it declares,
//! 4. `access` opens each object only to the scopes that its type declares,
//! 5. the store gives only what the member may see.
//!
//! While a query runs, `meter` counts its bytes, and its time is limited. The schema is in `schema/`, a file per type.

pub mod html;

mod access;
mod answer;
mod api;
mod budget;
mod caller;
mod connection;
mod context;
mod cost;
mod counts;
mod documents;
mod error;
mod fields;
mod id;
mod loaders;
mod meter;
mod page;
mod query_error;
mod request;
mod schema;
mod span;
mod starter;
mod time;

pub use self::answer::{Answer, error_body};
pub use self::api::HeadlessApi;
pub use self::budget::Budget;
pub use self::caller::Caller;
pub use self::error::whole_seconds;
pub use self::meter::Held;
pub use self::starter::starter_query;
