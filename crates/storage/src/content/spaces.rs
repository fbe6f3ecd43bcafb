//! Spaces.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Space, SpaceId, Viewer};

use super::{Slice, SliceRequest};
use crate::StoreError;

/// Reading spaces.
#[async_trait]
pub trait Spaces: Send + Sync {
    /// All spaces, by age.
    async fn spaces(&self, slice: SliceRequest) -> Result<Slice<Space>, StoreError>;

    async fn count_spaces(&self) -> Result<u64, StoreError>;

    /// Those of these spaces that there are.
    async fn spaces_by_id(&self, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError>;

    /// Those of these spaces that `viewer` may read in.
    async fn readable_spaces(&self, viewer: Viewer, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError>;

    /// How many members belong to each of these spaces.
    async fn count_members_of_spaces(&self, ids: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError>;
}
