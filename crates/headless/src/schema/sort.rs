//! How lists are sorted.

use async_graphql::Enum;
use latchkey_storage::content::Direction;

/// The sort of lists that have only one.
pub(super) const BY_AGE: &str = "AGE";

/// The direction in which a list is sorted.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Direction")]
pub(crate) enum SortOrder {
    /// Oldest first, or A to Z.
    #[graphql(name = "ASC")]
    Ascending,
    /// Newest first, or Z to A.
    #[graphql(name = "DESC")]
    Descending,
}
