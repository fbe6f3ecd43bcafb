//! `node(id:)`: any object by its global id.

use async_graphql::{Context, ID};

use super::comment::CommentNode;
use super::course::CourseNode;
use super::event::EventNode;
use super::identified::Identified;
use super::lesson::LessonNode;
use super::member::MemberNode;
use super::network::Network;
use super::plan::PlanNode;
use super::post::PostNode;
use super::space::SpaceNode;
use crate::access::{Gate, Object, ObjectScopes, or_null};
use crate::error::ApiError;
use crate::id::parse;
use crate::kind::Kind;

/// Makes [`Node`] of all [`Identified`] types, each of which is of a [`Kind`].
macro_rules! nodes {
    ($($kind:ident($node:ident))*) => {
        /// An object with a global id.
        #[derive(async_graphql::Interface)]
        #[graphql(field(
            name = "id",
            ty = "async_graphql::ID",
            desc = "The global id.",
            directive = crate::access::any_token::apply()
        ))]
        pub(crate) enum Node { $($kind($node)),* }

        impl Kind {
            /// The scopes that open objects of this kind.
            const fn scopes(self) -> ObjectScopes {
                match self {
                    $(Self::$kind => <<$node as Identified>::Content as Object>::SCOPES),*
                }
            }

            /// The object with this number, if the token opens it.
            async fn find(self, ctx: &Context<'_>, number: i64) -> Result<Option<Node>, ApiError> {
                Ok(match self {
                    $(Self::$kind => <$node as Identified>::find(ctx, number).await?.map(Node::from)),*
                })
            }
        }
    };
}

nodes! {
    Network(Network)
    Member(MemberNode)
    Space(SpaceNode)
    Event(EventNode)
    Plan(PlanNode)
    Post(PostNode)
    Comment(CommentNode)
    Course(CourseNode)
    Lesson(LessonNode)
}

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
            let begin = format!("| `{kind}` | ");
            let row = page
                .lines()
                .find(|line| line.starts_with(&begin))
                .unwrap_or_else(|| panic!("docs/integrating.md has no row for {kind}"));
            assert_eq!(named_in(row), declared(kind), "{row}");
        }
    }

    #[test]
    fn the_schema_names_the_same_scopes() {
        let mut registry = Registry::default();
        Node::create_type_info(&mut registry);
        for kind in Kind::ALL {
            let description = match registry.types.get(kind.id()) {
                Some(MetaType::Object { description, .. }) => description.clone().unwrap_or_default(),
                _ => panic!("the schema has no {kind}"),
            };
            assert_eq!(named_in(&description), declared(kind), "{kind}: {description}");
        }
    }
}
