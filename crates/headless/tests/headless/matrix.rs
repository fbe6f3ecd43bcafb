//! Every field and every mutation, with every scope alone, all and none, for a host, a member and another member:
//! allowed exactly where the specification's table says so.

use latchkey_domain::{Scope, ScopeSet};
use serde_json::Value;

use crate::sdl::{Declared, fields};
use crate::world::{EVERYONE, World};

/// The specification's table, and what follows from it: fields that a token needs one of these scopes for. All others are
/// open to who reaches their object.
const CLOSED: &[(&str, &[&str])] = &[
    ("Query.search", &["read:search"]),
    ("Me.email", &["read:userinfo"]),
    ("Me.posts", &["read:posts"]),
    ("Me.courses", &["read:courses"]),
    ("Network.members", &["host:read:network_members"]),
    ("Network.member", &["host:read:network_members"]),
    ("Network.memberByEmail", &["host:read:network_members"]),
    ("Network.events", &["host:read:network_events"]),
    ("Network.spaces", &["host:read:network_spaces"]),
    ("Network.plans", &["host:read:network_plans"]),
    ("Network.posts", &["host:read:network_posts"]),
    ("Member.email", &["host:read:network_members"]),
    ("Member.role", &["host:read:network_members"]),
    ("Member.joinedAt", &["host:read:network_members"]),
    ("Member.lastActiveAt", &["host:read:network_members"]),
    ("Space.description", &["host:read:network_spaces", "read:search"]),
    ("Space.visibility", &["host:read:network_spaces", "read:search"]),
    ("Space.createdAt", &["host:read:network_spaces", "read:search"]),
    ("Space.memberCount", &["host:read:network_spaces"]),
    ("Space.posts", &["host:read:network_posts"]),
    (
        "Post.comments",
        &["host:read:network_posts", "read:posts", "read:search"],
    ),
    (
        "Comment.post",
        &["host:read:network_posts", "read:posts", "read:search"],
    ),
    ("Course.enrolledAt", &["read:courses"]),
    ("Course.completedLessonCount", &["read:courses"]),
    ("Course.progress", &["read:courses"]),
    ("Course.completedAt", &["read:courses"]),
    ("Course.lessons", &["read:courses"]),
    ("Mutation.createPost", &["write:posts"]),
    ("Mutation.updatePost", &["write:posts"]),
    ("Mutation.deletePost", &["write:posts"]),
    ("Mutation.createComment", &["write:comments"]),
    ("Mutation.updateComment", &["write:comments"]),
    ("Mutation.deleteComment", &["write:comments"]),
];

/// How to come to an object, with `F` where its field goes, and the scopes that the way needs, all of them.
const WAYS: &[(&str, &str, &[&str])] = &[
    ("Query", "{ F }", &[]),
    ("Mutation", "mutation { F }", &[]),
    ("Me", "{ me { F } }", &[]),
    ("Network", "{ network { F } }", &[]),
    (
        "Member",
        "{ network { members { nodes { F } } } }",
        &["host:read:network_members"],
    ),
    (
        "Member",
        "{ me { posts { nodes { author { F } } } } }",
        &["read:posts"],
    ),
    (
        "MemberConnection",
        "{ network { members { F } } }",
        &["host:read:network_members"],
    ),
    (
        "MemberEdge",
        "{ network { members { edges { F } } } }",
        &["host:read:network_members"],
    ),
    (
        "PageInfo",
        "{ network { members { pageInfo { F } } } }",
        &["host:read:network_members"],
    ),
    (
        "Space",
        "{ network { spaces { nodes { F } } } }",
        &["host:read:network_spaces"],
    ),
    (
        "Space",
        "{ me { posts { nodes { space { F } } } } }",
        &["read:posts"],
    ),
    (
        "SpaceConnection",
        "{ network { spaces { F } } }",
        &["host:read:network_spaces"],
    ),
    (
        "SpaceEdge",
        "{ network { spaces { edges { F } } } }",
        &["host:read:network_spaces"],
    ),
    (
        "Event",
        "{ network { events { nodes { F } } } }",
        &["host:read:network_events"],
    ),
    (
        "EventConnection",
        "{ network { events { F } } }",
        &["host:read:network_events"],
    ),
    (
        "EventEdge",
        "{ network { events { edges { F } } } }",
        &["host:read:network_events"],
    ),
    (
        "Plan",
        "{ network { plans { nodes { F } } } }",
        &["host:read:network_plans"],
    ),
    (
        "PlanConnection",
        "{ network { plans { F } } }",
        &["host:read:network_plans"],
    ),
    (
        "PlanEdge",
        "{ network { plans { edges { F } } } }",
        &["host:read:network_plans"],
    ),
    (
        "Post",
        "{ network { posts { nodes { F } } } }",
        &["host:read:network_posts"],
    ),
    ("Post", "{ me { posts { nodes { F } } } }", &["read:posts"]),
    ("PostConnection", "{ me { posts { F } } }", &["read:posts"]),
    ("PostEdge", "{ me { posts { edges { F } } } }", &["read:posts"]),
    (
        "Comment",
        "{ me { posts(first: 5) { nodes { comments { nodes { F } } } } } }",
        &["read:posts"],
    ),
    (
        "CommentConnection",
        "{ me { posts(first: 5) { nodes { comments { F } } } } }",
        &["read:posts"],
    ),
    (
        "CommentEdge",
        "{ me { posts(first: 5) { nodes { comments { edges { F } } } } } }",
        &["read:posts"],
    ),
    ("Course", "{ me { courses { nodes { F } } } }", &["read:courses"]),
    ("CourseConnection", "{ me { courses { F } } }", &["read:courses"]),
    (
        "CourseEdge",
        "{ me { courses { edges { F } } } }",
        &["read:courses"],
    ),
    (
        "Lesson",
        "{ me { courses(first: 5) { nodes { lessons { nodes { F } } } } } }",
        &["read:courses"],
    ),
    (
        "LessonConnection",
        "{ me { courses(first: 5) { nodes { lessons { F } } } } }",
        &["read:courses"],
    ),
    (
        "LessonEdge",
        "{ me { courses(first: 5) { nodes { lessons { edges { F } } } } } }",
        &["read:courses"],
    ),
    (
        "SearchResult",
        "{ search(query: \"beans\") { nodes { F } } }",
        &["read:search"],
    ),
    (
        "SearchResultConnection",
        "{ search(query: \"beans\") { F } }",
        &["read:search"],
    ),
    (
        "SearchResultEdge",
        "{ search(query: \"beans\") { edges { F } } }",
        &["read:search"],
    ),
    (
        "CreatePostPayload",
        "mutation { createPost(input: {spaceId: 1, title: \"\", body: \"\"}) { F } }",
        &["write:posts"],
    ),
    (
        "UpdatePostPayload",
        "mutation { updatePost(input: {id: 1, title: \"\"}) { F } }",
        &["write:posts"],
    ),
    (
        "DeletePostPayload",
        "mutation { deletePost(input: {id: 999}) { F } }",
        &["write:posts"],
    ),
    (
        "CreateCommentPayload",
        "mutation { createComment(input: {postId: 1, body: \"\"}) { F } }",
        &["write:comments"],
    ),
    (
        "UpdateCommentPayload",
        "mutation { updateComment(input: {id: 1, body: \"\"}) { F } }",
        &["write:comments"],
    ),
    (
        "DeleteCommentPayload",
        "mutation { deleteComment(input: {id: 999}) { F } }",
        &["write:comments"],
    ),
];

/// A field with the arguments that it cannot do without. Changes are such that nothing is changed.
fn call(object: &str, field: &str) -> String {
    let arguments = match (object, field) {
        ("Query", "node") => "(id: \"TmV0d29yazox\")", // Network:1
        ("Query", "search") => "(query: \"beans\")",
        ("Network", "member") => "(id: 1)",
        ("Network", "memberByEmail") => "(email: \"ada@b.example\")",
        ("Mutation", "createPost") => "(input: {spaceId: 1, title: \"\", body: \"\"})",
        ("Mutation", "updatePost") => "(input: {id: 1, title: \"\"})",
        ("Mutation", "createComment") => "(input: {postId: 1, body: \"\"})",
        ("Mutation", "updateComment") => "(input: {id: 1, body: \"\"})",
        ("Mutation", "deletePost" | "deleteComment") => "(input: {id: 999})",
        _ => "",
    };
    format!("{field}{arguments}")
}

fn scope_sets() -> Vec<ScopeSet> {
    let alone = Scope::ALL.iter().map(|scope| ScopeSet::from_iter([*scope]));
    alone
        .chain([ScopeSet::EMPTY, Scope::ALL.iter().copied().collect()])
        .collect()
}

fn set(ids: &[&str]) -> ScopeSet {
    ids.join(" ").parse().unwrap()
}

fn is_forbidden(answer: &Value) -> bool {
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors
        .into_iter()
        .any(|error| error["extensions"]["code"] == "FORBIDDEN")
}

/// Errors that have nothing to do with scopes: deleting what does not exist.
fn is_missing(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
}

#[tokio::test]
async fn each_field_is_open_exactly_to_the_scopes_of_the_table() {
    let world = World::new().await;
    let all = fields(&world.api.sdl());
    let leaves = |gives: &str| !all.iter().any(|other| other.object == gives) && gives != "Node";
    let mut asked = 0;
    for Declared {
        object, field, gives, ..
    } in &all
    {
        let name = format!("{object}.{field}");
        let closed = CLOSED
            .iter()
            .find(|(closed, _)| *closed == name)
            .map(|(_, scopes)| set(scopes));
        let below = if leaves(gives) { "" } else { " { __typename }" };
        let ways: Vec<_> = WAYS.iter().filter(|(to, ..)| to == object).collect();
        assert!(!ways.is_empty(), "no way to {object} is known: add one");
        for (_, way, needs) in ways {
            let query = way.replace('F', &format!("{}{below}", call(object, field)));
            for person in EVERYONE {
                for scopes in scope_sets() {
                    let token = world.token(person, &scopes.to_string()).await;
                    let allowed = token.scopes.contains_all(set(needs))
                        && closed.is_none_or(|any| !any.meet(token.scopes).is_empty());
                    let answer = world.ask(&token, &query).await;
                    assert_eq!(
                        !is_forbidden(&answer),
                        allowed,
                        "{name} for {person} with {scopes}: {query}: {answer}"
                    );
                    if allowed {
                        assert!(
                            answer.get("errors").is_none() || is_missing(&answer),
                            "{name}: {answer}"
                        );
                    }
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 5_000, "{asked}");
}

#[tokio::test]
async fn the_table_names_fields_that_there_are() {
    let all = fields(&World::new().await.api.sdl());
    for (name, _) in CLOSED {
        assert!(
            all.iter()
                .any(|declared| format!("{}.{}", declared.object, declared.field) == *name),
            "{name}"
        );
    }
}

#[tokio::test]
async fn nobody_but_a_host_holds_host_scopes() {
    let world = World::new().await;
    let all = "host:read:network_members host:read:network_posts host:read:network_spaces";
    for (person, may) in EVERYONE.iter().zip([true, false, false]) {
        let token = world.token(person, all).await;
        let answer = world
            .ask(
                &token,
                "{ network { members { totalCount } posts { totalCount } } }",
            )
            .await;
        assert_eq!(!is_forbidden(&answer), may, "{person}: {answer}");
    }
}
