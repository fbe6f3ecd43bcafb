//! Which objects a token opens. [`rule`] declares it once for each type, and [`Gate`] decides it for each object: a resolver that
//! gives a post, a comment, a member and so on needs an [`Open`] of it, and only this module makes one. So no path to an
//! object can know less than another.
//!
//! Beside what a token opens stand two kinds of names: the author or organizer, and the space. [`author`] and [`space`] give
//! them for an object that is open. Of these the fields without a scope may be read; [`Open::details`] guards the others.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::{Context, Error};
use latchkey_domain::content::{
    Comment, EnrolledCourse, Event, LessonProgress, MembershipPlan, Post, Profile, Space, SpaceId,
};
use latchkey_domain::{MemberId, Scope, ScopeSet};
use latchkey_storage::content::Slice;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::id::Kind;
use crate::loaders::{caller, load};

/// Which objects of a type a scope opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All there are. Only hosts hold such a scope, and they may read everything.
    All,
    /// Those that the member may read.
    Readable,
    /// The member's own: posts that they wrote, comments under these, courses that they take, lessons of these.
    Own,
    /// What the member wrote with this very request, in the payload that reports it.
    Written,
}

/// The scopes that open objects of a type, and which objects each opens. The network is open to any token.
pub(crate) const fn rule(kind: Kind) -> &'static [(Scope, Extent)] {
    match kind {
        Kind::Network => &[],
        Kind::Member => &[(Scope::HostReadNetworkMembers, Extent::All)],
        Kind::Space => &[
            (Scope::HostReadNetworkSpaces, Extent::All),
            (Scope::ReadSearch, Extent::Readable),
        ],
        Kind::Event => &[
            (Scope::HostReadNetworkEvents, Extent::All),
            (Scope::ReadSearch, Extent::Readable),
        ],
        Kind::Plan => &[(Scope::HostReadNetworkPlans, Extent::All)],
        Kind::Post => &[
            (Scope::HostReadNetworkPosts, Extent::All),
            (Scope::ReadSearch, Extent::Readable),
            (Scope::ReadPosts, Extent::Own),
            (Scope::WritePosts, Extent::Written),
        ],
        Kind::Comment => &[
            (Scope::HostReadNetworkPosts, Extent::All),
            (Scope::ReadSearch, Extent::Readable),
            (Scope::ReadPosts, Extent::Own),
            (Scope::WriteComments, Extent::Written),
        ],
        Kind::Course => &[
            (Scope::ReadCourses, Extent::Own),
            (Scope::ReadSearch, Extent::Own),
        ],
        Kind::Lesson => &[(Scope::ReadCourses, Extent::Own)],
    }
}

/// What has a rule.
pub(crate) trait Object {
    /// Its type.
    const KIND: Kind;

    /// Whether it is this member's own.
    fn is_own(&self, _member: MemberId) -> bool {
        false
    }
}

impl Object for Profile {
    const KIND: Kind = Kind::Member;
}

impl Object for Space {
    const KIND: Kind = Kind::Space;
}

impl Object for Event {
    const KIND: Kind = Kind::Event;
}

impl Object for MembershipPlan {
    const KIND: Kind = Kind::Plan;
}

impl Object for Post {
    const KIND: Kind = Kind::Post;

    fn is_own(&self, member: MemberId) -> bool {
        self.author == Some(member)
    }
}

/// Whose own a comment is depends on the post: see [`Gate::comments`].
impl Object for Comment {
    const KIND: Kind = Kind::Comment;
}

/// The store gives courses to those who take them only.
impl Object for EnrolledCourse {
    const KIND: Kind = Kind::Course;

    fn is_own(&self, _member: MemberId) -> bool {
        true
    }
}

/// As with courses.
impl Object for LessonProgress {
    const KIND: Kind = Kind::Lesson;

    fn is_own(&self, _member: MemberId) -> bool {
        true
    }
}

/// An object that may be handed out.
#[derive(Clone, Debug)]
pub(crate) struct Open<T> {
    object: Arc<T>,
    /// The scopes that would open it.
    opening: ScopeSet,
    /// Those of them that the token has: none if only the names may be read.
    by: ScopeSet,
}

impl<T> Open<T> {
    /// The object for fields that only its scopes open.
    pub(crate) fn details(&self) -> Result<&T, Closed> {
        if self.by.is_empty() {
            return Err(Closed(self.opening));
        }
        Ok(&self.object)
    }
}

impl<T> Deref for Open<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

/// An object is closed to a token. One of these scopes would open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed(pub(crate) ScopeSet);

impl From<Closed> for ApiError {
    fn from(Closed(scopes): Closed) -> Self {
        let names: Vec<_> = scopes.iter().map(Scope::id).collect();
        Self::MissingScope(names.join(" or "))
    }
}

impl From<Closed> for Error {
    fn from(closed: Closed) -> Self {
        ApiError::from(closed).into()
    }
}

/// What is known of an object and the member.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    readable: bool,
    own: bool,
    written: bool,
}

impl Facts {
    /// The scopes that open an object of a type about which this is known.
    fn opening(self, kind: Kind) -> ScopeSet {
        let is_covered = |extent| match extent {
            Extent::All => true,
            Extent::Readable => self.readable,
            Extent::Own => self.own,
            Extent::Written => self.written,
        };
        rule(kind)
            .iter()
            .filter(|(_, extent)| is_covered(*extent))
            .map(|(scope, _)| *scope)
            .collect()
    }
}

/// Decides what a token opens.
#[derive(Clone, Copy)]
pub(crate) struct Gate<'c>(&'c Caller);

impl<'c> Gate<'c> {
    /// The gate of a request.
    pub(crate) fn of(ctx: &Context<'c>) -> Result<Self, ApiError> {
        Ok(Self(caller(ctx)?))
    }

    /// Fails if the token opens no object of a type that was there before the request.
    pub(crate) fn admits(self, kind: Kind) -> Result<(), Closed> {
        let scopes: ScopeSet = rule(kind)
            .iter()
            .filter(|(_, extent)| *extent != Extent::Written)
            .map(|(scope, _)| *scope)
            .collect();
        if scopes.is_empty() || !scopes.meet(self.0.scopes).is_empty() {
            return Ok(());
        }
        Err(Closed(scopes))
    }

    /// Opens an object that the store gives to everybody.
    pub(crate) fn open<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        let object = object.into();
        let own = object.is_own(self.0.member.id);
        self.decide(
            object,
            Facts {
                own,
                ..Facts::default()
            },
        )
    }

    /// Opens an object that the store gives to those who may read it.
    pub(crate) fn open_readable<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        let object = object.into();
        let own = object.is_own(self.0.member.id);
        let facts = Facts {
            readable: true,
            own,
            ..Facts::default()
        };
        self.decide(object, facts)
    }

    /// Opens a comment that the member may read, under a post that is the member's own or not.
    pub(crate) fn open_comment(
        self,
        comment: impl Into<Arc<Comment>>,
        under_own: bool,
    ) -> Result<Open<Comment>, Closed> {
        let facts = Facts {
            readable: true,
            own: under_own,
            ..Facts::default()
        };
        self.decide(comment.into(), facts)
    }

    /// Opens what the member wrote with this request. It is for the payload alone.
    pub(crate) fn open_written<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        let object = object.into();
        let facts = Facts {
            readable: true,
            own: object.is_own(self.0.member.id),
            written: true,
        };
        self.decide(object, facts)
    }

    /// Opens the rows of a list.
    pub(crate) fn rows<T: Object>(self, slice: Slice<impl Into<Arc<T>>>) -> Result<Slice<Open<T>>, Closed> {
        each(slice, |row| self.open(row))
    }

    /// Opens the comments under a post. Who reads a post may read them.
    pub(crate) fn comments(
        self,
        post: &Open<Post>,
        slice: Slice<Arc<Comment>>,
    ) -> Result<Slice<Open<Comment>>, Closed> {
        let under_own = post.is_own(self.0.member.id);
        each(slice, |comment| self.open_comment(comment, under_own))
    }

    fn decide<T: Object>(self, object: Arc<T>, facts: Facts) -> Result<Open<T>, Closed> {
        let open = self.beside(object, facts);
        if open.by.is_empty() {
            return Err(Closed(open.opening));
        }
        Ok(open)
    }

    /// What belongs to an open object may be named, whatever the scopes.
    fn beside<T: Object>(self, object: Arc<T>, facts: Facts) -> Open<T> {
        let opening = facts.opening(T::KIND);
        Open {
            object,
            opening,
            by: opening.meet(self.0.scopes),
        }
    }
}

fn each<T, U>(slice: Slice<T>, open: impl Fn(T) -> Result<U, Closed>) -> Result<Slice<U>, Closed> {
    let rows = slice
        .rows
        .into_iter()
        .map(|(position, row)| Ok((position, open(row)?)));
    Ok(Slice {
        rows: rows.collect::<Result<_, _>>()?,
        has_more: slice.has_more,
        bytes: slice.bytes,
    })
}

/// What a member made under their name.
pub(crate) trait Authored {
    /// Who made it; `None` if they are gone.
    fn author(&self) -> Option<MemberId>;
}

impl Authored for Post {
    fn author(&self) -> Option<MemberId> {
        self.author
    }
}

impl Authored for Comment {
    fn author(&self) -> Option<MemberId> {
        self.author
    }
}

impl Authored for Event {
    fn author(&self) -> Option<MemberId> {
        self.organizer
    }
}

/// The member who made what is open.
pub(crate) async fn author<T: Authored>(
    ctx: &Context<'_>,
    of: &Open<T>,
) -> Result<Option<Open<Profile>>, ApiError> {
    let Some(member) = of.author() else {
        return Ok(None);
    };
    let gate = Gate::of(ctx)?;
    let found = load(ctx, member).await?;
    Ok(found.map(|profile| gate.beside(profile.into(), Facts::default())))
}

/// What is in a space.
pub(crate) trait Placed {
    /// Where; `None` if it is for the whole network.
    fn space(&self) -> Option<SpaceId>;
}

impl Placed for Post {
    fn space(&self) -> Option<SpaceId> {
        Some(self.space)
    }
}

impl Placed for Event {
    fn space(&self) -> Option<SpaceId> {
        self.space
    }
}

/// The space of what is open. One’s own post may be in a space that one may not read any more.
pub(crate) async fn space<T: Placed>(
    ctx: &Context<'_>,
    of: &Open<T>,
) -> Result<Option<Open<Space>>, ApiError> {
    let Some(space) = of.space() else {
        return Ok(None);
    };
    let gate = Gate::of(ctx)?;
    let found = load(ctx, space).await?;
    Ok(found.map(|(space, readable)| {
        let facts = Facts {
            readable,
            ..Facts::default()
        };
        gate.beside(space.into(), facts)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_for_everything_are_for_hosts() {
        for kind in Kind::ALL {
            for (scope, extent) in rule(kind) {
                assert_eq!(scope.is_host_only(), *extent == Extent::All, "{kind:?} {scope}");
            }
        }
    }

    #[test]
    fn a_scope_opens_what_its_extent_covers() {
        let opening = |facts: Facts, kind| facts.opening(kind).to_string();
        let none = Facts::default();
        let readable = Facts {
            readable: true,
            ..none
        };
        let own = Facts { own: true, ..none };
        let written = Facts {
            written: true,
            ..none
        };
        assert_eq!(opening(none, Kind::Post), "host:read:network_posts");
        assert_eq!(
            opening(readable, Kind::Post),
            "host:read:network_posts read:search"
        );
        assert_eq!(opening(own, Kind::Post), "host:read:network_posts read:posts");
        assert_eq!(
            opening(written, Kind::Comment),
            "host:read:network_posts write:comments"
        );
        assert_eq!(opening(own, Kind::Course), "read:courses read:search");
        assert_eq!(opening(none, Kind::Lesson), "");
    }

    /// The table in the documentation has a row for each type, with the scopes that open it.
    #[test]
    fn the_documentation_has_the_same_rules() {
        let page = include_str!("../../../docs/integrating.md");
        for kind in Kind::ALL {
            let begin = format!("| `{}` | ", kind.name());
            let row = page
                .lines()
                .find(|line| line.starts_with(&begin))
                .unwrap_or_else(|| panic!("docs/integrating.md has no row for {}", kind.name()));
            let named: ScopeSet = Scope::ALL
                .iter()
                .copied()
                .filter(|scope| row.contains(&format!("`{scope}`")))
                .collect();
            let ruled: ScopeSet = rule(kind).iter().map(|(scope, _)| *scope).collect();
            assert_eq!(named, ruled, "{row}");
        }
    }
}
