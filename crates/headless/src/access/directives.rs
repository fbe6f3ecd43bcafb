//! The directives of a field that say which tokens may read it.

// The macro generates types and functions that cannot have docs.
#![allow(missing_docs)]

use async_graphql::TypeDirective;

/// Open to any valid token that reaches the object.
#[TypeDirective(name = "anyToken", location = "FieldDefinition")]
pub(crate) fn any_token() {}

/// Open to tokens with this scope. If there are several, one of the scopes is enough.
#[TypeDirective(name = "requiresScope", location = "FieldDefinition", repeatable)]
pub(crate) fn requires_scope(scope: String) {}
