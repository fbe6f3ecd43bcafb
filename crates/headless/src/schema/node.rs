//! Anything by its global id.

use async_graphql::{Context, ID, Interface};
use latchkey_domain::content::{
    Comment, CommentId, CourseId, Event, EventId, LessonId, LessonProgress, MembershipPlanId, Post, PostId,
    SpaceId,
};
use latchkey_domain::{MemberId, Scope, ScopeSet};

use super::comment::CommentNode;
use super::course::CourseNode;
use super::event::EventNode;
use super::lesson::LessonNode;
use super::member::MemberNode;
use super::network::Network;
use super::plan::PlanNode;
use super::post::PostNode;
use super::space::SpaceNode;
use crate::access::any_token;
use crate::error::ApiError;
use crate::id::{Kind, parse};
use crate::loaders::{caller, load, network, read, store, text_bytes};

/// What has a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The global id.",
    directive = any_token::apply()
))]
pub(crate) enum Node {
    /// The network.
    Network(Network),
    /// A member.
    Member(MemberNode),
    /// A space.
    Space(SpaceNode),
    /// An event.
    Event(EventNode),
    /// A plan.
    Plan(PlanNode),
    /// A post.
    Post(PostNode),
    /// A comment.
    Comment(CommentNode),
    /// A course.
    Course(CourseNode),
    /// A lesson.
    Lesson(LessonNode),
}

/// The scopes that open a kind of thing elsewhere; one of them is enough. The network is open to any token.
pub(crate) const fn scopes_for(kind: Kind) -> &'static [Scope] {
    match kind {
        Kind::Network => &[],
        Kind::Member => &[Scope::HostReadNetworkMembers],
        Kind::Space => &[Scope::HostReadNetworkSpaces, Scope::ReadSearch],
        Kind::Event => &[Scope::HostReadNetworkEvents, Scope::ReadSearch],
        Kind::Plan => &[Scope::HostReadNetworkPlans],
        Kind::Post => &[Scope::HostReadNetworkPosts, Scope::ReadSearch, Scope::ReadPosts],
        Kind::Comment => &[Scope::HostReadNetworkPosts, Scope::ReadSearch],
        Kind::Course => &[Scope::ReadCourses, Scope::ReadSearch],
        Kind::Lesson => &[Scope::ReadCourses],
    }
}

/// What a global id names, if the token opens its kind and the member may see it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, ApiError> {
    let (kind, number) = parse(id)?;
    let caller = caller(ctx)?;
    let scopes: ScopeSet = scopes_for(kind).iter().copied().collect();
    if !scopes.is_empty() && scopes.meet(caller.scopes).is_empty() {
        let names: Vec<_> = scopes.iter().map(|scope| scope.id().to_owned()).collect();
        return Err(ApiError::MissingScope(names.join(" or ")));
    }
    let (store, viewer, me) = (store(ctx)?, caller.viewer(), caller.member.id);
    Ok(match kind {
        Kind::Network => {
            let network = network(ctx).await?;
            (network.id == number).then_some(Node::Network(Network(network)))
        }
        Kind::Member => load(ctx, MemberId(number))
            .await?
            .map(|one| Node::Member(MemberNode(one))),
        Kind::Space => {
            let found = store.readable_spaces(viewer, vec![SpaceId(number)]).await?;
            found.into_iter().next().map(|one| Node::Space(SpaceNode(one)))
        }
        Kind::Event => {
            let ask = || store.readable_events(viewer, vec![EventId(number)]);
            let bytes = |found: &Vec<Event>| found.iter().map(|one| text_bytes(&one.description)).sum();
            let found = read(ctx, ask, bytes).await?;
            found.into_iter().next().map(|one| Node::Event(EventNode(one)))
        }
        Kind::Plan => {
            let found = store
                .membership_plans_by_id(vec![MembershipPlanId(number)])
                .await?;
            found.into_iter().next().map(|one| Node::Plan(PlanNode(one)))
        }
        Kind::Post => {
            let ask = || store.readable_posts(viewer, vec![PostId(number)]);
            let bytes = |found: &Vec<Post>| found.iter().map(|one| text_bytes(&one.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            let only_own = caller.scopes.contains(Scope::ReadPosts)
                && !caller.scopes.contains(Scope::ReadSearch)
                && !caller.scopes.contains(Scope::HostReadNetworkPosts);
            found
                .into_iter()
                .find(|post| !only_own || post.author == Some(me))
                .map(|one| Node::Post(PostNode(one.into())))
        }
        Kind::Comment => {
            let ask = || store.readable_comments(viewer, vec![CommentId(number)]);
            let bytes = |found: &Vec<Comment>| found.iter().map(|one| text_bytes(&one.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            found
                .into_iter()
                .next()
                .map(|one| Node::Comment(CommentNode(one.into())))
        }
        Kind::Course => {
            let found = store.courses_of_by_id(me, vec![CourseId(number)]).await?;
            found.into_iter().next().map(|one| Node::Course(CourseNode(one)))
        }
        Kind::Lesson => {
            let ask = || store.lessons_of_by_id(me, vec![LessonId(number)]);
            let bytes =
                |found: &Vec<LessonProgress>| found.iter().map(|one| text_bytes(&one.lesson.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            found
                .into_iter()
                .next()
                .map(|one| Node::Lesson(LessonNode(one.into())))
        }
    })
}
