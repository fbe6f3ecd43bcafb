//! Events.

use async_trait::async_trait;
use latchkey_domain::content::{Event, EventId, Viewer};

use super::{Slice, SliceRequest};
use crate::StoreError;

/// Reading events.
#[async_trait]
pub trait Events: Send + Sync {
    /// All events, by when they begin.
    async fn events(&self, slice: SliceRequest) -> Result<Slice<Event>, StoreError>;

    async fn count_events(&self) -> Result<u64, StoreError>;

    /// Those of these events that `viewer` may see.
    async fn readable_events(&self, viewer: Viewer, ids: Vec<EventId>) -> Result<Vec<Event>, StoreError>;
}
