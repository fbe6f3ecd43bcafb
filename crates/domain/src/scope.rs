//! What an application may be allowed to do (RFC 6749 section 3.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

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
            /// Every scope there is, host scopes first.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The scope's name on the wire.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// Who may grant it.
            pub const fn audience(self) -> Audience {
                match self { $(Self::$variant => Audience::$audience),* }
            }

            /// What it allows, in the words that hosts and members read.
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
    #[error("`{0}` is not a scope: scopes are separated by spaces (RFC 6749 section 3.3)")]
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

impl ScopeError {
    /// What is wrong with one word of a list of scopes.
    fn of(word: &str) -> Self {
        let shown = word.chars().take(80).collect();
        if word.contains([',', ';', '|', '+']) || word.contains("%20") {
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

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
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
fn is_space(character: char) -> bool {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_unique_and_parse_back() {
        for scope in Scope::ALL {
            assert_eq!(scope.id().parse::<Scope>(), Ok(*scope));
        }
        assert_eq!(ScopeSet::ALL.len(), Scope::ALL.len());
        assert_eq!(ScopeSet::ALL, Scope::ALL.iter().copied().collect());
    }

    #[test]
    fn host_scopes_are_those_with_the_prefix() {
        for scope in Scope::ALL {
            assert_eq!(scope.is_host_only(), scope.id().starts_with("host:"), "{scope}");
        }
    }

    #[test]
    fn the_documentation_lists_them_all() {
        let page = include_str!("../../../docs/oauth.md");
        let rows = page
            .lines()
            .filter(|line| line.starts_with("| `") && line.contains(':'));
        let listed: Vec<_> = rows.collect();
        let expected: Vec<_> = Scope::ALL
            .iter()
            .map(|scope| {
                let who = if scope.is_host_only() {
                    "hosts"
                } else {
                    "any member"
                };
                format!("| `{scope}` | {who} | {} |", scope.description())
            })
            .collect();
        assert_eq!(listed, expected);
    }

    #[test]
    fn an_unknown_scope_is_named() {
        assert_eq!(
            "read:posts read:mail".parse::<ScopeSet>(),
            Err(ScopeError::Unknown("read:mail".into()))
        );
        let words = ScopeError::Unknown("write:chats".into()).to_string();
        assert!(words.starts_with(
            "`write:chats` is not a scope of this network. Its scopes are host:read:network_events "
        ));
        for scope in Scope::ALL {
            assert!(words.contains(scope.id()), "{scope}: {words}");
        }
        assert!(words.contains("docs/integrating.md"), "{words}");
    }

    #[test]
    fn white_space_separates() {
        let expected: ScopeSet = [Scope::ReadPosts, Scope::WritePosts].into_iter().collect();
        for between in [
            " ",
            "   ",
            "\n",
            "\r\n",
            "\t",
            "\u{a0}",
            "\u{3000}",
            "\u{2003}",
            "\u{85}",
            " \u{200b} ",
            "\u{feff}",
        ] {
            for text in [
                format!("read:posts{between}write:posts"),
                format!("{between}write:posts{between}{between}read:posts{between}"),
            ] {
                assert_eq!(text.parse::<ScopeSet>(), Ok(expected), "{text:?}");
            }
        }
        assert_eq!(" \n\u{a0}".parse::<ScopeSet>(), Ok(ScopeSet::EMPTY));
    }

    #[test]
    fn other_separators_are_named() {
        for text in [
            "read:posts,write:posts",
            "read:posts, write:posts",
            "read:posts ,write:posts",
            "read:posts;write:posts",
            "read:posts|write:posts",
            "read:posts+write:posts",
            "read:posts%20write:posts",
            ",",
        ] {
            let error = text.parse::<ScopeSet>().unwrap_err();
            assert!(matches!(error, ScopeError::Separator(_)), "{text}: {error:?}");
            assert!(
                error.to_string().contains("scopes are separated by spaces"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_cannot_be_seen_is_told() {
        for (text, position, number) in [
            ("read:\u{ad}posts", 6, "U+00AD"),
            ("write:posts \u{202a}read:posts", 1, "U+202A"),
            ("read:pósts", 7, "U+00F3"),
            ("read\u{0}", 5, "U+0000"),
        ] {
            let words = text.parse::<ScopeSet>().unwrap_err().to_string();
            assert!(
                words.contains(&format!("its character {position} is {number}")),
                "{words}"
            );
        }
    }

    /// As every version so far has written it.
    #[test]
    fn what_is_at_rest_stays_readable() {
        let text = "host:read:network_events host:read:network_spaces host:read:network_members host:read:network_plans \
                    host:read:network_posts read:userinfo read:posts read:courses read:search write:posts write:comments";
        let all_before = ScopeSet::ALL.without(ScopeSet::from_iter([Scope::ReadNetwork]));
        assert_eq!(text.parse::<ScopeSet>(), Ok(all_before));
        assert_eq!(
            serde_json::from_str::<ScopeSet>(&format!("\"{text}\"")).unwrap(),
            all_before
        );
    }

    #[test]
    fn set_operations() {
        let posts: ScopeSet = "read:posts write:posts".parse().unwrap();
        let read: ScopeSet = "read:posts read:courses".parse().unwrap();
        assert_eq!(posts.intersection(read).to_string(), "read:posts");
        assert_eq!(posts.without(read).to_string(), "write:posts");
        assert!(posts.union(read).contains_all(read));
        assert!(!posts.needs_host());
    }

    fn any_set() -> impl Strategy<Value = ScopeSet> {
        proptest::sample::subsequence(Scope::ALL.to_vec(), 0..=Scope::ALL.len())
            .prop_map(|scopes| scopes.into_iter().collect())
    }

    proptest! {
        #[test]
        fn every_set_reads_back_as_written(set in any_set()) {
            prop_assert_eq!(set.to_string().parse::<ScopeSet>().unwrap(), set);
        }

        #[test]
        fn any_text_is_a_set_or_an_error(text in ".{0,200}") {
            if let Ok(set) = text.parse::<ScopeSet>() {
                prop_assert!(text.split(is_space).filter(|id| !id.is_empty()).all(|id| set.contains(id.parse().unwrap())));
            }
        }

        #[test]
        fn the_intersection_is_in_both(a in any_set(), b in any_set()) {
            prop_assert!(a.contains_all(a.intersection(b)) && b.contains_all(a.intersection(b)));
        }
    }
}
