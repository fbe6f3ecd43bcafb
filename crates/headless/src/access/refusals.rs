//! Errors of closed fields and objects. The rest of the answer is returned.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Error, PathSegment, Pos, QueryPathNode, QueryPathSegment, ServerError};

use super::object::Closed;
use crate::error::ApiError;

/// The fields of a request that were closed to its token.
#[derive(Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<Vec<ServerError>>>);

impl Refusals {
    pub(crate) fn take(&self) -> Vec<ServerError> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add(&self, error: ServerError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

/// The object, if it is open. Otherwise the field is null, with an error.
pub(crate) fn or_null<T>(ctx: &Context<'_>, open: Result<T, Closed>) -> Option<T> {
    open.map_err(|closed| ctx.add_error(located(closed.into(), ctx.item.pos, ctx.path_node.as_ref())))
        .ok()
}

/// The error of the field at this position.
pub(super) fn located(error: ApiError, position: Pos, node: Option<&QueryPathNode<'_>>) -> ServerError {
    let mut error = Error::from(error).into_server_error(position);
    error.path = std::iter::successors(node, |node| node.parent)
        .map(|node| match node.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        })
        .collect();
    error.path.reverse();
    error
}
