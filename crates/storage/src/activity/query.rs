//! What is asked of Activity.

use latchkey_domain::{ClientId, named};

/// Whose entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ActivityOf {
    /// Everyone's.
    #[default]
    All,
    /// One application's.
    Application(ClientId),
    /// Those that belong to no application: mistyped client ids, and applications that were deleted.
    Unmatched,
}

named! {
    /// What an entry is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ActivityArea: "an area of activity" {
        Authorizations = "authorizations",
        Tokens = "tokens",
        Api = "api",
    }
}

/// Which entries are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityFilter {
    /// Those of requests that failed.
    Failed,
    /// Those of one area.
    Area(ActivityArea),
}

impl ActivityFilter {
    /// Every filter, in order.
    pub const ALL: &[Self] = &[
        Self::Failed,
        Self::Area(ActivityArea::Authorizations),
        Self::Area(ActivityArea::Tokens),
        Self::Area(ActivityArea::Api),
    ];

    /// Its name in addresses.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Area(area) => area.id(),
        }
    }

    /// The filter with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|filter| filter.id() == id)
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityQuery {
    pub of: ActivityOf,
    /// `None`: all.
    pub filter: Option<ActivityFilter>,
    /// A request id; or words of the message, a member's name or email, an application, a client id or an address,
    /// which are searched among the newest entries. Blank: no search.
    pub search: String,
}

impl ActivityQuery {
    /// All of an application's.
    pub fn of(client_id: &ClientId) -> Self {
        Self {
            of: ActivityOf::Application(client_id.clone()),
            ..Self::default()
        }
    }

    /// The request id that is searched for, if the search is for one: 16 hexadecimal digits.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.search)
    }
}

/// The request id in what was typed, if it is one. People paste it with words and brackets around it.
pub fn request_id(typed: &str) -> Option<String> {
    let typed = typed.trim().to_ascii_lowercase();
    let bare = typed
        .trim_start_matches("(request ")
        .trim_start_matches("request id")
        .trim_start_matches("x-request-id:")
        .trim_end_matches(')')
        .trim();
    (bare.len() == 16 && bare.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_found_however_it_was_copied() {
        for typed in [
            "0123456789abcdef",
            " 0123456789ABCDEF\n",
            "Request id 0123456789abcdef",
            "(request 0123456789abcdef)",
            "x-request-id: 0123456789abcdef",
        ] {
            assert_eq!(request_id(typed).as_deref(), Some("0123456789abcdef"), "{typed}");
        }
        for typed in ["", "0123456789abcde", "0123456789abcdefg", "the secret is wrong"] {
            assert_eq!(request_id(typed), None, "{typed}");
        }
    }

    #[test]
    fn each_filter_has_its_own_name() {
        for filter in ActivityFilter::ALL {
            assert_eq!(ActivityFilter::from_id(filter.id()), Some(*filter));
        }
        assert_eq!(ActivityFilter::from_id("everything"), None);
    }
}
