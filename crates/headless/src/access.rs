//! Which scope opens a field: declared on the field itself and nowhere else, shown in the SDL, enforced by [`ScopeGuard`].
//!
//! Every field of every object carries one of two directives: `@anyToken`, or `@requiresScope` once for each scope
//! that opens it. A field that carries neither is closed to everybody, so that forgetting it opens nothing.

mod directives;

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::registry::MetaField;
use async_graphql::{
    Context, Error, PathSegment, QueryPathNode, QueryPathSegment, ServerError, ServerResult, Value,
};
use latchkey_domain::{Scope, ScopeSet};

pub(crate) use self::directives::{any_token, requires_scope};

use crate::answer::SharedRefusals;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::open::Closed;

/// What a field asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing more.
    AnyToken,
    /// One of these scopes.
    OneOf(ScopeSet),
}

impl Requirement {
    /// What a field declares; `None` if it declares nothing that can be understood.
    pub fn of(field: &MetaField) -> Option<Self> {
        let mut scopes = Vec::new();
        for invocation in &field.directive_invocations {
            match invocation.name.as_str() {
                "anyToken" => return Some(Self::AnyToken),
                "requiresScope" => match invocation.args.get("scope") {
                    Some(Value::String(scope)) => scopes.push(Scope::from_str(scope).ok()?),
                    _ => return None,
                },
                _ => {}
            }
        }
        (!scopes.is_empty()).then(|| Self::OneOf(scopes.into_iter().collect()))
    }

    /// Whether a token with these scopes meets it.
    pub fn is_met_by(self, scopes: ScopeSet) -> bool {
        match self {
            Self::AnyToken => true,
            Self::OneOf(any) => !any.intersection(scopes).is_empty(),
        }
    }
}

/// The fields that were closed to a token: an error each, beside what else was answered.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<Vec<ServerError>>);

impl Refusals {
    pub(crate) fn take(&self) -> Vec<ServerError> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, error: ServerError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

/// Checks each field before it is resolved.
pub(crate) struct ScopeGuard;

impl ExtensionFactory for ScopeGuard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ScopeGuard {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        // A row of a list is asked for after the list itself was.
        let is_row = matches!(info.path_node.segment, QueryPathSegment::Index(_));
        if info.is_for_introspection || is_row || info.name.starts_with("__") {
            return next.run(ctx, info).await;
        }
        let requirement = ctx
            .schema_env
            .registry
            .types
            .get(info.parent_type)
            .and_then(|object| object.field_by_name(info.name))
            .and_then(Requirement::of);
        let refusal = match (requirement, ctx.data_opt::<Caller>()) {
            (Some(requirement), Some(caller)) if requirement.is_met_by(caller.scopes) => {
                return next.run(ctx, info).await;
            }
            (Some(Requirement::OneOf(scopes)), Some(_)) => Closed(scopes).into(),
            _ => {
                tracing::error!(
                    object = info.parent_type,
                    field = info.name,
                    "a field declares no scope"
                );
                ApiError::Internal
            }
        };
        let mut error = Error::from(refusal).into_server_error(info.field.name.pos);
        error.path = path(info.path_node);
        // What may be null is null, and the rest of the answer stays.
        if info.return_type.ends_with('!') {
            return Err(error);
        }
        ctx.data::<SharedRefusals>()
            .map_err(|missing| missing.into_server_error(info.field.name.pos))?
            .0
            .add(error);
        Ok(Some(Value::Null))
    }
}

/// What is open. Where it is closed, an error takes its place in the answer, and the rest stays.
pub(crate) fn or_null<T>(ctx: &Context<'_>, open: Result<T, Closed>) -> Option<T> {
    match open {
        Ok(open) => Some(open),
        Err(closed) => {
            let mut error = Error::from(ApiError::from(closed)).into_server_error(ctx.item.pos);
            error.path = ctx.path_node.as_ref().map(path).unwrap_or_default();
            ctx.add_error(error);
            None
        }
    }
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<PathSegment> = std::iter::successors(Some(node), |node| node.parent)
        .map(|node| match node.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        })
        .collect();
    path.reverse();
    path
}
