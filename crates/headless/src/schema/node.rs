//! `node(id:)`: any object by its global id.

use async_graphql::{Context, ID};

use super::Node;
use crate::access::{self, Gate, or_null};
use crate::error::ApiError;
use crate::id::parse;

/// A type whose objects have global ids.
pub(super) trait Identified: Sized {
    /// What it shows, which declares the scopes that open it.
    type Content: access::Object;

    /// The object with this number, if the token opens it.
    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError>;
}

/// Makes [`Kind`](super::Kind) and [`Node`] of all [`Identified`] types.
macro_rules! nodes {
    ($($kind:ident($file:ident::$node:ident))*) => {
        /// A type whose objects have global ids.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($kind),* }

        impl Kind {
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            /// The name of the type in the schema.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind)),* }
            }

            /// The scopes that open objects of this kind.
            const fn scopes(self) -> $crate::access::ObjectScopes {
                match self {
                    $(Self::$kind => {
                        <<$file::$node as node::Identified>::Content as $crate::access::Object>::SCOPES
                    })*
                }
            }

            /// The object with this number, if the token opens it.
            async fn find(
                self,
                ctx: &async_graphql::Context<'_>,
                number: i64,
            ) -> Result<Option<Node>, $crate::error::ApiError> {
                Ok(match self {
                    $(Self::$kind => {
                        <$file::$node as node::Identified>::find(ctx, number).await?.map(Node::from)
                    })*
                })
            }
        }

        /// An object with a global id.
        #[derive(async_graphql::Interface)]
        #[graphql(field(
            name = "id",
            ty = "async_graphql::ID",
            desc = "The global id.",
            directive = crate::access::any_token::apply()
        ))]
        pub(crate) enum Node { $($kind($file::$node)),* }
    };
}
pub(super) use nodes;

/// The object with this global id, if the token opens it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, ApiError> {
    let (kind, number) = parse(id)?;
    if or_null(ctx, Gate::of(ctx)?.admits(kind.scopes())).is_none() {
        return Ok(None);
    }
    kind.find(ctx, number).await
}

#[cfg(test)]
mod tests {
    use async_graphql::OutputType;
    use async_graphql::registry::{MetaType, Registry};
    use latchkey_domain::{Scope, ScopeSet};

    use super::*;
    use crate::access::Extent;
    use crate::schema::Kind;

    fn declared(kind: Kind) -> ScopeSet {
        kind.scopes().iter().map(|(scope, _)| *scope).collect()
    }

    fn named_in(text: &str) -> ScopeSet {
        let is_named = |scope: &Scope| text.contains(&format!("`{scope}`"));
        Scope::ALL.iter().copied().filter(is_named).collect()
    }

    #[test]
    fn scopes_for_everything_are_for_hosts() {
        for kind in Kind::ALL {
            for (scope, extent) in kind.scopes() {
                assert_eq!(scope.is_host_only(), *extent == Extent::All, "{kind:?} {scope}");
            }
        }
    }

    /// The table in the documentation has a row for each type, with the scopes that open it.
    #[test]
    fn the_documentation_names_the_same_scopes() {
        let page = include_str!("../../../../docs/integrating.md");
        for kind in Kind::ALL {
            let begin = format!("| `{}` | ", kind.name());
            let row = page
                .lines()
                .find(|line| line.starts_with(&begin))
                .unwrap_or_else(|| panic!("docs/integrating.md has no row for {}", kind.name()));
            assert_eq!(named_in(row), declared(*kind), "{row}");
        }
    }

    #[test]
    fn the_schema_names_the_same_scopes() {
        let mut registry = Registry::default();
        Node::create_type_info(&mut registry);
        for kind in Kind::ALL {
            let description = match registry.types.get(kind.name()) {
                Some(MetaType::Object { description, .. }) => description.clone().unwrap_or_default(),
                _ => panic!("the schema has no {}", kind.name()),
            };
            assert_eq!(
                named_in(&description),
                declared(*kind),
                "{}: {description}",
                kind.name()
            );
        }
    }
}
