//! Roles.

use async_graphql::Enum;
use latchkey_domain::Role;

/// What a member may do in the network.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(name = "Role", remote = "Role")]
pub(crate) enum RoleName {
    /// Everything.
    Host,
    /// Keeps order.
    Moderator,
    /// Takes part.
    Member,
}
