//! Sets of scopes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Scope, ScopeError};

/// A set of scopes. On the wire and at rest it is the ids with a space between (RFC 6749 section 3.3). What is read may have
/// any white space between them: clients read scopes from files and forms, where a line break or a no-break space looks
/// like a space.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeSet(u32);

const _: () = assert!(
    Scope::ALL.len() <= u32::BITS as usize,
    "each scope needs a bit of its own"
);

impl ScopeSet {
    /// No scope at all.
    pub const EMPTY: Self = Self(0);

    /// Every scope.
    pub const ALL: Self = {
        let mut bits = 0;
        let mut index = 0;
        while index < Scope::ALL.len() {
            bits |= Scope::ALL[index].bit();
            index += 1;
        }
        Self(bits)
    };

    /// Those of OpenID Connect.
    pub const SIGN_IN: Self = Self(Scope::OpenId.bit() | Scope::Profile.bit() | Scope::Email.bit());

    /// Whether it is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether `scope` is one of them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all of `other` are among them.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those in both: what a token may do is the intersection of what was granted, registered and still permitted.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that only a host may grant.
    #[must_use]
    pub fn host_only(self) -> Self {
        self.iter().filter(|scope| scope.is_host_only()).collect()
    }

    /// Whether one of them needs a host.
    pub fn needs_host(self) -> bool {
        !self.host_only().is_empty()
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .iter()
            .copied()
            .filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl FromStr for ScopeSet {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        text.split(is_space)
            .filter(|id| !id.is_empty())
            .map(Scope::from_str)
            .collect()
    }
}

/// Whether a character separates scopes: white space, and what has no width and therefore cannot be seen in an error.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

impl TryFrom<String> for ScopeSet {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<ScopeSet> for String {
    fn from(scopes: ScopeSet) -> Self {
        scopes.to_string()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.id())?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScopeSet({self})")
    }
}
