//! Spaces: places for posts.

use std::str::FromStr;

use thiserror::Error;

use super::Title;
use super::id::id;
use crate::{Slug, Timestamp};

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

/// Who may read in a space. Only its members may write in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceVisibility {
    /// Every member of the network.
    Public,
    /// Its members, and hosts.
    Private,
}

/// A visibility that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{0}” is not a visibility; expected public or private")]
pub struct UnknownVisibility(String);

impl SpaceVisibility {
    /// Its name at rest and in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

impl FromStr for SpaceVisibility {
    type Err = UnknownVisibility;

    fn from_str(id: &str) -> Result<Self, UnknownVisibility> {
        [Self::Public, Self::Private]
            .into_iter()
            .find(|visibility| visibility.id() == id)
            .ok_or_else(|| UnknownVisibility(id.chars().take(40).collect()))
    }
}
