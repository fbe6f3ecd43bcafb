//! Decides which objects a token opens. A resolver that returns a post, a comment, a member and so on needs an [`Open`]
//! of it, and only this module creates one. So every path to an object follows the same rule.

use std::sync::Arc;

use async_graphql::Context;
use latchkey_domain::ScopeSet;
use latchkey_domain::content::{Comment, Post};
use latchkey_storage::content::Slice;

use super::object::{Closed, Extent, Object, ObjectScopes, Open};
use crate::caller::Caller;
use crate::context::caller;
use crate::error::ApiError;

/// What is known about an object and the member.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) readable: bool,
    pub(super) own: bool,
    pub(super) written: bool,
}

impl Facts {
    /// The scopes that open an object with these facts.
    fn opening(self, scopes: ObjectScopes) -> ScopeSet {
        let is_covered = |extent| match extent {
            Extent::All => true,
            Extent::Readable => self.readable,
            Extent::Own => self.own,
            Extent::Written => self.written,
        };
        scopes
            .iter()
            .filter(|(_, extent)| is_covered(*extent))
            .map(|(scope, _)| *scope)
            .collect()
    }
}

/// Checks which objects a token opens.
#[derive(Clone, Copy)]
pub(crate) struct Gate<'c>(&'c Caller);

impl<'c> Gate<'c> {
    /// The gate of a request.
    pub(crate) fn of(ctx: &Context<'c>) -> Result<Self, ApiError> {
        Ok(Self(caller(ctx)?))
    }

    /// Fails if the token opens no object with these scopes that existed before the request.
    pub(crate) fn admits(self, scopes: ObjectScopes) -> Result<(), Closed> {
        let scopes: ScopeSet = scopes
            .iter()
            .filter(|(_, extent)| *extent != Extent::Written)
            .map(|(scope, _)| *scope)
            .collect();
        if scopes.is_empty() || !scopes.intersection(self.0.scopes).is_empty() {
            return Ok(());
        }
        Err(Closed(scopes))
    }

    /// Opens an object that the store returns to everyone.
    pub(crate) fn open<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        self.open_with(object.into(), Facts::default())
    }

    /// Opens an object that the store returns only to members who may read it.
    pub(crate) fn open_readable<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        let facts = Facts {
            readable: true,
            ..Facts::default()
        };
        self.open_with(object.into(), facts)
    }

    /// Opens an object, which may be the member's own.
    fn open_with<T: Object>(self, object: Arc<T>, facts: Facts) -> Result<Open<T>, Closed> {
        let own = object.is_own(self.0.member.id);
        self.beside(object, Facts { own, ..facts }).opened()
    }

    /// Opens the object that was looked up, which the store returns only to members who may read it. Returns `None` for
    /// a closed object, as if it did not exist: a token that opens some objects of a type must not learn which others
    /// exist.
    pub(crate) fn find_readable<T: Object>(self, found: Vec<T>) -> Option<Open<T>> {
        let object = found.into_iter().next()?;
        self.open_readable(object).ok()
    }

    /// Opens a comment that the member may read. `post` is its post, or `None` if the member may not read the post.
    pub(crate) fn open_comment(
        self,
        comment: impl Into<Arc<Comment>>,
        post: Option<&Post>,
    ) -> Result<Open<Comment>, Closed> {
        let facts = Facts {
            readable: true,
            own: post.is_some_and(|post| post.is_own(self.0.member.id)),
            ..Facts::default()
        };
        self.beside(comment.into(), facts).opened()
    }

    /// Opens what the member wrote with this request. Use it only for the payload.
    pub(crate) fn open_written<T: Object>(self, object: impl Into<Arc<T>>) -> Result<Open<T>, Closed> {
        let facts = Facts {
            readable: true,
            written: true,
            ..Facts::default()
        };
        self.open_with(object.into(), facts)
    }

    /// Opens the rows of a list.
    pub(crate) fn rows<T: Object>(self, slice: Slice<impl Into<Arc<T>>>) -> Result<Slice<Open<T>>, Closed> {
        each(slice, |row| self.open(row))
    }

    /// Opens the comments of a post. A member who may read the post may read them.
    pub(crate) fn comments(
        self,
        post: &Open<Post>,
        slice: Slice<Arc<Comment>>,
    ) -> Result<Slice<Open<Comment>>, Closed> {
        each(slice, |comment| self.open_comment(comment, Some(post)))
    }

    /// The object, which the token may name whether it opens it or not.
    pub(super) fn beside<T: Object>(self, object: Arc<T>, facts: Facts) -> Open<T> {
        Open::beside(object, facts.opening(T::SCOPES), self.0.scopes)
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

#[cfg(test)]
mod tests {
    use latchkey_domain::content::{EnrolledCourse, LessonProgress};

    use super::*;

    #[test]
    fn a_scope_opens_what_its_extent_covers() {
        let opening = |facts: Facts, scopes| facts.opening(scopes).to_string();
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
        assert_eq!(opening(none, Post::SCOPES), "host:read:network_posts");
        assert_eq!(
            opening(readable, Post::SCOPES),
            "host:read:network_posts read:search"
        );
        assert_eq!(opening(own, Post::SCOPES), "host:read:network_posts read:posts");
        assert_eq!(
            opening(written, Comment::SCOPES),
            "host:read:network_posts write:comments"
        );
        assert_eq!(opening(own, EnrolledCourse::SCOPES), "read:courses read:search");
        assert_eq!(opening(none, LessonProgress::SCOPES), "");
    }
}
