//! What a token can read: fields by the scopes that they declare ([`ScopeGuard`]), objects by the scopes that their
//! type declares ([`Gate`]).
//!
//! Each type in `schema/` declares its scopes once, in [`Object::SCOPES`]. Fields that lead to objects of the type take
//! their scopes from there ([`scope_of`]), and so does `node(id:)`.

mod directives;
mod gate;
mod names;
mod object;
mod refusals;
mod scope_guard;

pub(crate) use self::directives::{any_token, requires_scope};
pub(crate) use self::gate::Gate;
pub(crate) use self::names::{author, space};
pub(crate) use self::object::{Extent, Object, ObjectScopes, Open, scope_of};
pub(crate) use self::refusals::{Refusals, or_null};
pub(crate) use self::scope_guard::{Requirement, ScopeGuard};
