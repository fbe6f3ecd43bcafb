//! Values that both file formats have.

use latchkey_domain::content::AvatarUrl;
use latchkey_domain::{MemberName, Role, Timestamp};
use latchkey_storage::content::NewProfile;
use serde::{Deserialize, Deserializer};

use super::record::{Place, valid};

/// A time: ISO 8601 with its offset, or a date, meaning midnight UTC.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_iso(text)
        // A time without its offset is ambiguous.
        .or_else(|| Timestamp::parse_day(text))
        .ok_or_else(|| {
            format!(
                "“{}” is not a time; expected 2026-05-01T18:30:00Z or 2026-05-01",
                cut(text)
            )
        })
}

/// A time in the past.
pub(super) fn past(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = time(text)?;
    if at > now {
        return Err(format!("“{}” is in the future", cut(text)));
    }
    Ok(at)
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days() {
        for (text, millis) in [
            ("1970-01-02", 86_400_000),
            ("1970-01-01T00:00:01Z", 1_000),
            ("1970-01-01T02:00:00+02:00", 0),
        ] {
            assert_eq!(time(text), Ok(Timestamp::from_millis(millis)), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "2026-05-01 10:00", "1700000000"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert!(past("1970-01-02", Timestamp::from_millis(0)).is_err());
    }
}
