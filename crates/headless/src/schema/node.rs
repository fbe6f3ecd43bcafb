//! Anything by its global id.

use async_graphql::{Context, ID, Interface};
use latchkey_domain::MemberId;
use latchkey_domain::content::{
    Comment, CommentId, CourseId, Event, EventId, LessonId, LessonProgress, MembershipPlanId, Post, PostId,
    SpaceId,
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
use crate::access::{any_token, or_null};
use crate::error::ApiError;
use crate::id::{Kind, parse};
use crate::loaders::{caller, load, network, read, store, text_bytes};
use crate::open::{Gate, Object, Open};

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

/// What a global id names, if the token opens it.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, ApiError> {
    let (kind, number) = parse(id)?;
    let gate = Gate::of(ctx)?;
    if or_null(ctx, gate.admits(kind)).is_none() {
        return Ok(None);
    }
    let caller = caller(ctx)?;
    let (store, viewer, me) = (store(ctx)?, caller.viewer(), caller.member.id);
    // What is closed is not there: a token that opens some objects of a type is not told which others there are.
    Ok(match kind {
        Kind::Network => {
            let network = network(ctx).await?;
            (network.id == number).then_some(Node::Network(Network(network)))
        }
        Kind::Member => {
            let found = load(ctx, MemberId(number)).await?;
            found
                .and_then(|one| gate.open(one).ok())
                .map(|one| Node::Member(MemberNode(one)))
        }
        Kind::Space => {
            let found = store.readable_spaces(viewer, vec![SpaceId(number)]).await?;
            readable(gate, found).map(|one| Node::Space(SpaceNode(one)))
        }
        Kind::Event => {
            let ask = || store.readable_events(viewer, vec![EventId(number)]);
            let bytes = |found: &Vec<Event>| found.iter().map(|one| text_bytes(&one.description)).sum();
            let found = read(ctx, ask, bytes).await?;
            readable(gate, found).map(|one| Node::Event(EventNode(one)))
        }
        Kind::Plan => {
            let found = store
                .membership_plans_by_id(vec![MembershipPlanId(number)])
                .await?;
            readable(gate, found).map(|one| Node::Plan(PlanNode(one)))
        }
        Kind::Post => {
            let ask = || store.readable_posts(viewer, vec![PostId(number)]);
            let bytes = |found: &Vec<Post>| found.iter().map(|one| text_bytes(&one.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            readable(gate, found).map(|one| Node::Post(PostNode(one)))
        }
        Kind::Comment => {
            let ask = || store.readable_comments(viewer, vec![CommentId(number)]);
            let bytes = |found: &Vec<Comment>| found.iter().map(|one| text_bytes(&one.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            let Some(comment) = found.into_iter().next() else {
                return Ok(None);
            };
            let post = load(ctx, comment.post).await?;
            let under_own = post.is_some_and(|post| post.is_own(me));
            let comment = gate.open_comment(comment, under_own).ok();
            comment.map(|one| Node::Comment(CommentNode(one)))
        }
        Kind::Course => {
            let found = store.courses_of_by_id(me, vec![CourseId(number)]).await?;
            readable(gate, found).map(|one| Node::Course(CourseNode(one)))
        }
        Kind::Lesson => {
            let ask = || store.lessons_of_by_id(me, vec![LessonId(number)]);
            let bytes =
                |found: &Vec<LessonProgress>| found.iter().map(|one| text_bytes(&one.lesson.body)).sum();
            let found = read(ctx, ask, bytes).await?;
            readable(gate, found).map(|one| Node::Lesson(LessonNode(one)))
        }
    })
}

/// What was found, if the token opens it.
fn readable<T: Object>(gate: Gate<'_>, found: Vec<T>) -> Option<Open<T>> {
    found
        .into_iter()
        .next()
        .and_then(|one| gate.open_readable(one).ok())
}
