//! Names next to an open object: its author or organizer, and its space. A token that opens the object may read their
//! fields without a scope, whatever its scopes. [`Open::details`] guards the other fields.

use async_graphql::Context;
use latchkey_domain::MemberId;
use latchkey_domain::content::{Profile, Space, SpaceId};

use super::gate::{Facts, Gate};
use super::object::Open;
use crate::error::ApiError;
use crate::loaders::load;

/// The author of an open object; `None` if they left.
pub(crate) async fn author<T>(
    ctx: &Context<'_>,
    object: &Open<T>,
    author: fn(&T) -> Option<MemberId>,
) -> Result<Option<Open<Profile>>, ApiError> {
    let Some(member) = author(object) else {
        return Ok(None);
    };
    let gate = Gate::of(ctx)?;
    let found = load(ctx, member).await?;
    Ok(found.map(|profile| gate.beside(profile.into(), Facts::default())))
}

/// The space of an open object; `None` if it is for the whole network. A member's own post may be in a space that they
/// can no longer read.
pub(crate) async fn space<T>(
    ctx: &Context<'_>,
    object: &Open<T>,
    space: fn(&T) -> Option<SpaceId>,
) -> Result<Option<Open<Space>>, ApiError> {
    let Some(space) = space(object) else {
        return Ok(None);
    };
    let gate = Gate::of(ctx)?;
    let found = load(ctx, space).await?;
    Ok(found.map(|(space, readable)| {
        let facts = Facts {
            readable,
            ..Facts::default()
        };
        gate.beside(space.into(), facts)
    }))
}
