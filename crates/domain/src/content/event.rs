//! Events.

use super::id::id;
use super::{RichText, SpaceId, Title};
use crate::{MemberId, Timestamp};

id! {
    /// An event.
    EventId
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    /// The space that it belongs to; `None` if it is for the whole network.
    pub space: Option<SpaceId>,
    /// The organizer; `None` if they left the network.
    pub organizer: Option<MemberId>,
    pub title: Title,
    /// What it is about.
    pub description: RichText,
    /// The place; `None` if it is not settled.
    pub location: Option<String>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was announced.
    pub created_at: Timestamp,
}
