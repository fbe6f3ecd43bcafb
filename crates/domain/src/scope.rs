//! What an application may be allowed to do (RFC 6749 section 3.3).

mod requested;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::requested::RequestedScopes;
pub use self::set::ScopeSet;

/// Who may grant a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Audience {
    /// Only a host of the network.
    Host,
    /// Anyone who is a member.
    Member,
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $audience:ident, $description:literal;)*) => {
        /// One permission. The order is the order on every page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $($(#[$doc])* $variant),* }

        impl Scope {
            /// Every scope there is, host scopes first, sign-in scopes last.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The scope's name on the wire.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// Who may grant it.
            pub const fn audience(self) -> Audience {
                match self { $(Self::$variant => Audience::$audience),* }
            }

            /// What it allows, as hosts and members read it.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

scopes! {
    /// Events of the whole network.
    HostReadNetworkEvents = "host:read:network_events", Host, "View events in the network";
    /// Spaces of the whole network.
    HostReadNetworkSpaces = "host:read:network_spaces", Host, "View spaces in the network";
    /// The network's roster.
    HostReadNetworkMembers = "host:read:network_members", Host, "View members in the network";
    /// The network's plans.
    HostReadNetworkPlans = "host:read:network_plans", Host, "View plans in the network";
    /// Posts of the whole network.
    HostReadNetworkPosts = "host:read:network_posts", Host, "View posts in the network";
    /// The member's own profile. Not in the product's documentation, but its clients ask for it.
    ReadUserinfo = "read:userinfo", Member, "View your basic profile information";
    /// The network itself. Every token may read it; clients of the hosted product ask for the scope all the same.
    ReadNetwork = "read:network", Member, "View the network's name and public details";
    /// The member's own posts.
    ReadPosts = "read:posts", Member, "View posts you have created";
    /// The member's courses and progress.
    ReadCourses = "read:courses", Member, "View courses and your progress in them";
    /// Search as the member.
    ReadSearch = "read:search", Member, "Search network content on your behalf";
    /// Posts as the member.
    WritePosts = "write:posts", Member, "Create, edit and delete posts on your behalf";
    /// Comments as the member.
    WriteComments = "write:comments", Member, "Create, edit and delete comments on your behalf";
    /// An ID token (OpenID Connect Core section 3.1.2.1).
    OpenId = "openid", Member, "Sign you in and recognize you";
    /// The claims about the profile (OpenID Connect Core section 5.4).
    Profile = "profile", Member, "View your name and your role in the network";
    /// The claims about the email (OpenID Connect Core section 5.4).
    Email = "email", Member, "View your email address";
}

/// Text that is not a scope, or not a list of scopes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// There is no such scope. The text says which there are: the scopes of the hosted product that do not exist here
    /// are what clients of that product ask for first.
    #[error(
        "`{0}` is not a scope of this network. Its scopes are {all}. Section 9 of docs/integrating.md says which scopes \
         of the hosted product are missing",
        all = ScopeSet::ALL
    )]
    Unknown(String),
    /// Several scopes are joined by something else than spaces.
    #[error(
        "`{0}` is not a scope: scopes are separated by spaces (RFC 6749 section 3.3){advice}",
        advice = spaced(.0).map_or(String::new(), |spaced| format!("; use `{spaced}`"))
    )]
    Separator(String),
    /// A scope has a character that no scope has and that may be invisible.
    #[error(
        "`{word}` is not a scope: its character {position} is U+{character:04X}, and scopes have letters, `:` and `_` only"
    )]
    Character {
        /// What was read.
        word: String,
        /// The character's number in Unicode.
        character: u32,
        /// Its place, from 1.
        position: usize,
    },
}

/// What separates scopes elsewhere.
const SEPARATORS: [char; 4] = [',', ';', '|', '+'];

/// The same scopes with spaces between, if there are any.
fn spaced(joined: &str) -> Option<String> {
    let joined = joined.replace("%20", " ");
    let words: Vec<&str> = joined
        .split(|character| character == ' ' || SEPARATORS.contains(&character))
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl ScopeError {
    /// What is wrong with one word of a list of scopes.
    fn of(word: &str) -> Self {
        let shown = word.chars().take(80).collect();
        if word.contains(SEPARATORS) || word.contains("%20") {
            return Self::Separator(shown);
        }
        let odd = word
            .chars()
            .zip(1..)
            .find(|(character, _)| !character.is_ascii_graphic());
        match odd {
            Some((character, position)) => Self::Character {
                word: shown,
                character: character.into(),
                position,
            },
            None => Self::Unknown(shown),
        }
    }
}

impl Scope {
    /// Whether only a host may grant it.
    pub fn is_host_only(self) -> bool {
        self.audience() == Audience::Host
    }

    /// Whether it is one of OpenID Connect, which says who somebody is and opens nothing.
    pub const fn is_sign_in(self) -> bool {
        matches!(self, Self::OpenId | Self::Profile | Self::Email)
    }

    const fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(id: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.id() == id)
            .ok_or_else(|| ScopeError::of(id))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
