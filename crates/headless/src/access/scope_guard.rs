//! The scopes that a field declares, and the guard that checks them.
//!
//! Every field of every object has one of two directives: `@anyToken`, or `@requiresScope` once for each scope that
//! opens it. A field without either is closed to everyone, so a missing directive exposes nothing.

use std::str::FromStr;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::registry::MetaField;
use async_graphql::{QueryPathSegment, ServerResult, Value};
use latchkey_domain::{Scope, ScopeSet};

use super::object::Closed;
use super::refusals::{Refusals, located};
use crate::caller::Caller;
use crate::error::ApiError;

/// What a field requires of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    AnyToken,
    /// One of these scopes.
    OneOf(ScopeSet),
}

impl Requirement {
    /// The directive of a field; `None` if it has no valid one.
    pub(crate) fn of(field: &MetaField) -> Option<Self> {
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
    pub(crate) fn is_met_by(self, scopes: ScopeSet) -> bool {
        match self {
            Self::AnyToken => true,
            Self::OneOf(any) => !any.intersection(scopes).is_empty(),
        }
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
        // The list itself was checked before its rows.
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
        let error = located(refusal, info.field.name.pos, Some(info.path_node));
        // A nullable field becomes null, and the rest of the answer stays.
        if info.return_type.ends_with('!') {
            return Err(error);
        }
        ctx.data::<Refusals>()
            .map_err(|missing| missing.into_server_error(info.field.name.pos))?
            .add(error);
        Ok(Some(Value::Null))
    }
}
