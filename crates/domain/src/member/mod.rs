//! The people of a network.

mod email;
mod listing;
mod password;
mod username;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::email::{Email, EmailError};
pub use self::listing::{ListedMember, MemberState, MembersQuery};
pub use self::password::{NewPassword, PasswordError, normalized_password};
pub use self::username::{Username, UsernameError};
use crate::text::{self, TextError};
use crate::{Timestamp, named};

/// The number of a member; the `sub` of OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub i64);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A line of 1 to 100 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberName(String);

impl MemberName {
    /// The most characters that a name can have.
    pub const MAX_LENGTH: usize = 100;

    /// Reads a name; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::MAX_LENGTH).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its last word; the whole name if it is one word.
    pub fn first(&self) -> &str {
        self.0
            .rsplit_once(' ')
            .map_or(self.0.as_str(), |(first, _)| first.trim_end())
    }

    /// The last word; empty if the name is one word.
    pub fn last(&self) -> &str {
        self.0.rsplit_once(' ').map_or("", |(_, last)| last)
    }
}

impl TryFrom<String> for MemberName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<MemberName> for String {
    fn from(name: MemberName) -> Self {
        name.0
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

named! {
    /// What a member may do. Who may do the most comes first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Role: "a role" {
        /// Everything in Admin; may grant any scope.
        Host = "host" "Host",
        /// As a member, for OAuth.
        Moderator = "moderator" "Moderator",
        /// May grant member scopes.
        Member = "member" "Member",
    }
}

impl Role {
    /// Whether it is the role of a host.
    pub fn is_host(self) -> bool {
        self == Self::Host
    }

    /// The scopes that a person with this role may grant: all of them for a host, the member scopes for anyone else.
    pub fn grantable_scopes(self) -> crate::ScopeSet {
        crate::Scope::ALL
            .iter()
            .copied()
            .filter(|scope| self.is_host() || !scope.is_host_only())
            .collect()
    }
}

/// A person of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member's number.
    pub id: MemberId,
    /// The address with which the member signs in.
    pub email: Email,
    /// Whether a mail to that address has reached the member.
    pub email_verified: bool,
    /// What others see.
    pub name: MemberName,
    /// What the member may do.
    pub role: Role,
    /// When the member joined.
    pub joined_at: Timestamp,
    /// Since when a host keeps the member out: no sign-in, no sessions, and every token is refused. `None`: it is not so.
    pub suspended_at: Option<Timestamp>,
    /// Whether a sign-in needs a code of an authenticator app besides the password.
    pub second_factor: bool,
}

impl Member {
    /// Whether a host keeps the member out.
    pub fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_first_and_a_last_part() {
        for (name, first, last) in [
            ("Ada Lovelace", "Ada", "Lovelace"),
            ("Plato", "Plato", ""),
            ("A B C", "A B", "C"),
        ] {
            let name = MemberName::parse(name).unwrap();
            assert_eq!((name.first(), name.last()), (first, last));
        }
    }

    #[test]
    fn only_hosts_grant_host_scopes() {
        assert!(Role::Host.grantable_scopes().needs_host());
        assert!(!Role::Moderator.grantable_scopes().needs_host());
        assert_eq!(
            Role::Member.grantable_scopes(),
            Role::Moderator.grantable_scopes()
        );
    }

    #[test]
    fn roles_parse_back() {
        assert_eq!("moderator".parse(), Ok(Role::Moderator));
        assert_eq!(
            "admin".parse::<Role>().unwrap_err().to_string(),
            "“admin” is not a role; expected host, moderator or member"
        );
    }
}
