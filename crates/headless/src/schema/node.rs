//! `node(id:)`: any object by its global id.

use async_graphql::{Context, ID, Interface};
use latchkey_domain::content::{
    Comment, EnrolledCourse, Event, LessonProgress, MembershipPlan, Post, Profile, Space,
};

use super::comment::CommentNode;
use super::course::CourseNode;
use super::event::EventNode;
use super::lesson::LessonNode;
use super::member::MemberNode;
use super::network::Network;
use super::plan::PlanNode;
use super::post::PostNode;
use super::space::SpaceNode;
use crate::access::{Gate, Object, ObjectScopes, any_token, or_null};
use crate::error::ApiError;
use crate::id::{Kind, parse};

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The global id.",
    directive = any_token::apply()
))]
pub(crate) enum Node {
    Network(Network),
    Member(MemberNode),
    Space(SpaceNode),
    Event(EventNode),
    Plan(PlanNode),
    Post(PostNode),
    Comment(CommentNode),
    Course(CourseNode),
    Lesson(LessonNode),
}

/// The scopes that open objects of this kind.
const fn scopes(kind: Kind) -> ObjectScopes {
    match kind {
        Kind::Network => &[],
        Kind::Member => Profile::SCOPES,
        Kind::Space => Space::SCOPES,
        Kind::Event => Event::SCOPES,
        Kind::Plan => MembershipPlan::SCOPES,
        Kind::Post => Post::SCOPES,
        Kind::Comment => Comment::SCOPES,
        Kind::Course => EnrolledCourse::SCOPES,
        Kind::Lesson => LessonProgress::SCOPES,
    }
}

/// The object with this global id, if the token opens it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, ApiError> {
    let (kind, number) = parse(id)?;
    if or_null(ctx, Gate::of(ctx)?.admits(scopes(kind))).is_none() {
        return Ok(None);
    }
    Ok(match kind {
        Kind::Network => Network::find(ctx, number).await?.map(Node::from),
        Kind::Member => MemberNode::find(ctx, number).await?.map(Node::from),
        Kind::Space => SpaceNode::find(ctx, number).await?.map(Node::from),
        Kind::Event => EventNode::find(ctx, number).await?.map(Node::from),
        Kind::Plan => PlanNode::find(ctx, number).await?.map(Node::from),
        Kind::Post => PostNode::find(ctx, number).await?.map(Node::from),
        Kind::Comment => CommentNode::find(ctx, number).await?.map(Node::from),
        Kind::Course => CourseNode::find(ctx, number).await?.map(Node::from),
        Kind::Lesson => LessonNode::find(ctx, number).await?.map(Node::from),
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::OutputType;
    use async_graphql::registry::{MetaType, Registry};
    use latchkey_domain::{Scope, ScopeSet};

    use super::*;
    use crate::access::Extent;

    fn declared(kind: Kind) -> ScopeSet {
        scopes(kind).iter().map(|(scope, _)| *scope).collect()
    }

    fn named_in(text: &str) -> ScopeSet {
        let is_named = |scope: &Scope| text.contains(&format!("`{scope}`"));
        Scope::ALL.iter().copied().filter(is_named).collect()
    }

    #[test]
    fn scopes_for_everything_are_for_hosts() {
        for kind in Kind::ALL {
            for (scope, extent) in scopes(*kind) {
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
