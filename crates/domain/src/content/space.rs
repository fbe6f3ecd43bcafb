//! Spaces: places for posts.

use super::Title;
use super::id::id;
use crate::{Slug, Timestamp, named};

id! {
    /// A space.
    SpaceId
}

/// A part of the network with its own subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub id: SpaceId,
    /// The name in URLs; unique.
    pub slug: Slug,
    pub name: Title,
    /// What it is for, as plain text.
    pub description: String,
    /// Who may read in it.
    pub visibility: SpaceVisibility,
    /// When it was created.
    pub created_at: Timestamp,
}

named! {
    /// Who may read in a space. Only its members may write in it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SpaceVisibility: "a visibility" {
        /// Every member of the network.
        Public = "public",
        /// Its members, and hosts.
        Private = "private",
    }
}
