//! A member, as both file formats describe one.

use latchkey_domain::content::AvatarUrl;
use latchkey_domain::{MemberName, Role};
use latchkey_storage::content::NewProfile;
use serde::{Deserialize, Deserializer};

use super::record::{Place, valid};

/// A member as a file describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberFields {
    /// `None` in a table whose cell is empty.
    #[serde(deserialize_with = "required")]
    pub(super) email: Option<String>,
    pub(super) name: String,
    pub(super) role: Option<String>,
    pub(super) joined_at: Option<String>,
    pub(super) last_active_at: Option<String>,
    pub(super) avatar_url: Option<String>,
}

fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

// Each item is parsed for the one function that consumes it.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn member(place: Place<'_, '_>, item: MemberFields) -> Option<NewProfile> {
    valid!(NewProfile {
        email: match item.email {
            Some(email) => place.check("email", email.parse()),
            None => place.check("email", Err("is missing")),
        },
        name: place.check("name", MemberName::parse(&item.name)),
        role: place.check("role", item.role.map_or(Ok(Role::Member), |role| role.parse())),
        joined_at: place.past("joined_at", item.joined_at.as_deref()),
        last_active_at: place.past("last_active_at", item.last_active_at.as_deref()),
        avatar_url: place.optional("avatar_url", item.avatar_url.as_deref(), AvatarUrl::parse),
        password: Some(None),
    })
}
