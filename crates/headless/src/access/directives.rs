//! The two directives with which a field says who may read it.

// The macro makes types and functions for which it has no place to put documentation.
#![allow(missing_docs)]

use async_graphql::TypeDirective;

/// Open to any valid token that reaches the object.
#[TypeDirective(name = "anyToken", location = "FieldDefinition")]
pub(crate) fn any_token() {}

/// Open to tokens with this scope. Where it stands more than once, one of the scopes is enough.
#[TypeDirective(name = "requiresScope", location = "FieldDefinition", repeatable)]
pub(crate) fn requires_scope(scope: String) {}
