//! What the types have in common whose objects have global ids.

use async_graphql::Context;

use crate::access::Object;
use crate::error::ApiError;

/// A type whose objects have global ids.
pub(super) trait Identified: Sized {
    /// What it shows, which declares the scopes that open it.
    type Content: Object;

    /// The object with this number, if the token opens it.
    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError>;
}
