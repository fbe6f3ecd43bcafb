//! The roster.

use async_trait::async_trait;
use latchkey_domain::content::Profile;
use latchkey_domain::{Email, MemberId};

use super::{Slice, SliceRequest};
use crate::StoreError;

/// By what the roster is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterSort {
    /// When members joined, which never changes.
    Joined,
    /// When members were last here.
    LastVisit,
    /// The name, as people sort it: without regard to case and accents.
    Name,
}

/// Reading the roster.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// A part of the roster.
    async fn profiles(&self, sort: RosterSort, slice: SliceRequest) -> Result<Slice<Profile>, StoreError>;

    async fn count_members(&self) -> Result<u64, StoreError>;

    /// The members with these numbers that there are.
    async fn profiles_by_id(&self, ids: Vec<MemberId>) -> Result<Vec<Profile>, StoreError>;

    /// The member with this email.
    async fn profile_by_email(&self, email: &Email) -> Result<Option<Profile>, StoreError>;
}
