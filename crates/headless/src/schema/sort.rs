//! How lists are sorted.

use async_graphql::Enum;
use latchkey_storage::content::Direction;

/// The sort of lists that have only one.
pub(super) const BY_AGE: &str = "AGE";

/// The direction in which a list is sorted.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum SortOrder {
    /// Oldest first, or A to Z.
    Asc,
    /// Newest first, or Z to A.
    Desc,
}

impl From<SortOrder> for Direction {
    fn from(order: SortOrder) -> Self {
        match order {
            SortOrder::Asc => Self::Ascending,
            SortOrder::Desc => Self::Descending,
        }
    }
}
