//! The Headless API: GraphQL for a network's content, with the rights of the member who owns the token.
//!
//! [`HeadlessApi::answer`] turns the body of a request into its answer. A query passes five checks:
//!
//! 1. `cost` refuses a query that is too much work before it runs,
//! 2. [`Budget`] refuses too much work within a minute,
//! 3. `access` opens each field only to the scopes that it declares,
//! 4. `access` opens each object only to the scopes that its type declares,
//! 5. the store returns only what the member may see.
//!
//! While a query runs, `meter` counts its bytes, and a deadline limits its time. The schema is in `schema/`, a file per
//! type.

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
mod kind;
mod loaders;
mod meter;
mod page;
mod problem;
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
pub use self::problem::Problem;
pub use self::starter::starter_query;
