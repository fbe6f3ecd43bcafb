//! Objects that scopes open.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::Error;
use latchkey_domain::{MemberId, Scope, ScopeSet};

use crate::error::ApiError;

/// Which objects of a type a scope opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All objects. Only hosts hold such a scope, and they may read everything.
    All,
    /// The objects that the member may read.
    Readable,
    /// The member's own: posts that they wrote, comments on these, courses that they take, lessons of these.
    Own,
    /// What this request wrote, in its payload.
    Written,
}

/// The scopes that open objects of a type, and which objects each opens. Any token opens the objects of a type without
/// scopes.
pub(crate) type ObjectScopes = &'static [(Scope, Extent)];

/// A type whose objects are opened by scopes.
pub(crate) trait Object {
    const SCOPES: ObjectScopes;

    /// Whether the object belongs to this member.
    fn is_own(&self, _member: MemberId) -> bool {
        false
    }
}

/// The scope that opens `extent` of the objects `T`, for the directive of a field. If there is none, the directive
/// names no scope and the field is closed to everyone.
pub(crate) fn scope_of<T: Object>(extent: Extent) -> String {
    let found = T::SCOPES.iter().find(|(_, opened)| *opened == extent);
    found.map(|(scope, _)| scope.to_string()).unwrap_or_default()
}

/// An object that may be returned. Only [`Gate`](super::Gate) creates one.
#[derive(Clone, Debug)]
pub(crate) struct Open<T> {
    object: Arc<T>,
    /// The scopes that would open it.
    opening: ScopeSet,
    /// Those that the token has. Empty if only the names may be read.
    by: ScopeSet,
}

impl<T> Open<T> {
    /// The object, whether or not a scope of the token opens it.
    pub(super) fn beside(object: Arc<T>, opening: ScopeSet, token: ScopeSet) -> Self {
        Self {
            object,
            opening,
            by: opening.intersection(token),
        }
    }

    /// The object, if a scope of the token opens it.
    pub(super) fn opened(self) -> Result<Self, Closed> {
        self.details()?;
        Ok(self)
    }

    /// The object, for fields that need one of its scopes.
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

/// The token does not open an object or a field. One of these scopes would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed(pub(super) ScopeSet);

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
