//! The schema: a file per type.

mod comment;
mod course;
mod event;
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
mod space;

pub(crate) use self::mutation::Mutation;
pub(crate) use self::network::PublicUrl;
pub(crate) use self::query::Query;

use async_graphql::Enum;
use latchkey_storage::content::Direction;

/// The sort of lists that have but one.
const BY_AGE: &str = "AGE";

/// In which order a list is sorted.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum SortOrder {
    /// The oldest first, or A.
    Asc,
    /// The newest first, or Z.
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
