//! What takes place.

use super::{EventId, RichText, SpaceId, Title};
use crate::{MemberId, Timestamp};

/// Something that takes place at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// The space that it belongs to; `None` if it is for the whole network.
    pub space: Option<SpaceId>,
    /// Who holds it; `None` if they are gone.
    pub organizer: Option<MemberId>,
    /// What it is called.
    pub title: Title,
    /// What it is about.
    pub description: RichText,
    /// Where; `None` if that is not settled.
    pub location: Option<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was announced.
    pub created_at: Timestamp,
}
