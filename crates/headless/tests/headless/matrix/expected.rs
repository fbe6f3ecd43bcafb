//! The specified access to each field and object, written by hand and independent of the code under test. Anything in
//! the schema that is missing from these tables fails the test.

use latchkey_domain::ScopeSet;

use self::Extent::{All, Own, Readable, Written};
use self::Rule::{Above, Any, Scopes};

/// Which objects of a type a scope opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All objects.
    All,
    /// The objects that the member may read.
    Readable,
    /// The member's own: posts that they wrote, comments under these, courses that they take.
    Own,
    /// What the request itself wrote, in its payload.
    Written,
}

/// Which tokens open the objects of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It has no global id: the field above it decides.
    Above,
    /// Every token.
    Any,
    /// Tokens with one of these scopes, each for some objects.
    Scopes(&'static [(&'static str, Extent)]),
}

/// Every object: its name, which tokens open it, and its fields. After `=` are the scopes of which a token needs one. A
/// field without scopes is open to every token that opens its object.
const TYPES: &[(&str, Rule, &str)] = &[
    ("Query", Above, "me network node search=read:search"),
    (
        "Mutation",
        Above,
        "createPost=write:posts updatePost=write:posts deletePost=write:posts \
         createComment=write:comments updateComment=write:comments deleteComment=write:comments",
    ),
    (
        "Me",
        Above,
        "id resourceId name firstName lastName email=read:userinfo role networkRole joinedAt \
         lastActiveAt=host:read:network_members avatarUrl posts=read:posts courses=read:courses",
    ),
    (
        "Network",
        Any,
        "id resourceId name title url slug members=host:read:network_members member=host:read:network_members \
         memberByEmail=host:read:network_members events=host:read:network_events spaces=host:read:network_spaces \
         plans=host:read:network_plans posts=host:read:network_posts",
    ),
    (
        "Member",
        Scopes(&[("host:read:network_members", All)]),
        "id resourceId name firstName lastName avatarUrl email=host:read:network_members \
         role=host:read:network_members networkRole=host:read:network_members joinedAt=host:read:network_members lastActiveAt=host:read:network_members",
    ),
    (
        "Space",
        Scopes(&[("host:read:network_spaces", All), ("read:search", Readable)]),
        "id resourceId name slug description=host:read:network_spaces|read:search \
         visibility=host:read:network_spaces|read:search createdAt=host:read:network_spaces|read:search \
         memberCount=host:read:network_spaces posts=host:read:network_posts",
    ),
    (
        "Event",
        Scopes(&[("host:read:network_events", All), ("read:search", Readable)]),
        "id resourceId title description location startsAt endsAt createdAt space organizer",
    ),
    (
        "Plan",
        Scopes(&[("host:read:network_plans", All)]),
        "id resourceId name description priceCents currency interval createdAt",
    ),
    (
        "Post",
        Scopes(&[
            ("host:read:network_posts", All),
            ("read:search", Readable),
            ("read:posts", Own),
            ("write:posts", Written),
        ]),
        "id resourceId title body createdAt updatedAt space author \
         comments=host:read:network_posts|read:posts|read:search",
    ),
    (
        "Comment",
        Scopes(&[
            ("host:read:network_posts", All),
            ("read:search", Readable),
            ("read:posts", Own),
            ("write:comments", Written),
        ]),
        "id resourceId body createdAt updatedAt author post=host:read:network_posts|read:posts|read:search",
    ),
    (
        "Course",
        Scopes(&[("read:courses", Own), ("read:search", Own)]),
        "id resourceId title slug description createdAt lessonCount enrolledAt=read:courses \
         completedLessonCount=read:courses progress=read:courses completedAt=read:courses lessons=read:courses",
    ),
    (
        "Lesson",
        Scopes(&[("read:courses", Own)]),
        "id resourceId position title body minutes completed completedAt",
    ),
    ("SearchResult", Above, "id resourceId type title snippet score"),
    (
        "PageInfo",
        Above,
        "hasNextPage hasPreviousPage startCursor endCursor",
    ),
    ("CreatePostPayload", Above, "post errors"),
    ("UpdatePostPayload", Above, "post errors"),
    ("DeletePostPayload", Above, "deletedPostId errors"),
    ("CreateCommentPayload", Above, "comment errors"),
    ("UpdateCommentPayload", Above, "comment errors"),
    ("DeleteCommentPayload", Above, "deletedCommentId errors"),
];

/// The fields of every list and of its edges.
const CONNECTION: &str = "nodes edges pageInfo totalCount";
const EDGE: &str = "cursor node";

/// Names next to an open object: behind these fields, the fields of the member or space without a scope are open too.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("Post", "author"),
    ("Comment", "author"),
    ("Event", "organizer"),
    ("Post", "space"),
    ("Event", "space"),
];

/// Whether an object is a list or an edge, which are the same for all types.
fn is_list(object: &str) -> bool {
    object.ends_with("Connection") || object.ends_with("Edge")
}

/// The fields of an object, each with the scopes of which a token needs one.
fn fields(object: &str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let fields = match object {
        _ if object.ends_with("Connection") => CONNECTION,
        _ if object.ends_with("Edge") => EDGE,
        _ => expected(object).2,
    };
    fields.split_whitespace().map(|field| {
        field
            .split_once('=')
            .map_or((field, None), |(name, scopes)| (name, Some(scopes)))
    })
}

/// The expected field names of an object.
pub(crate) fn names(object: &str) -> Vec<&'static str> {
    fields(object).map(|(name, _)| name).collect()
}

/// The scopes of which a field needs one; `None` if it is open.
pub(crate) fn requirement(object: &str, field: &str) -> Option<ScopeSet> {
    let (_, scopes) = fields(object)
        .find(|(name, _)| *name == field)
        .unwrap_or_else(|| panic!("nothing is expected of {object}.{field}: add it"));
    scopes.map(|scopes| scopes.replace('|', " ").parse().unwrap())
}

/// Which tokens open an object.
pub(crate) fn rule(object: &str) -> Rule {
    if is_list(object) {
        Above
    } else {
        expected(object).1
    }
}

fn expected(object: &str) -> (&'static str, Rule, &'static str) {
    let found = TYPES.iter().find(|(name, ..)| *name == object);
    *found.unwrap_or_else(|| panic!("nothing is expected of the type {object}: add it"))
}

/// The types that the table names, and which tokens open them.
pub(crate) fn types() -> impl Iterator<Item = (&'static str, Rule)> {
    TYPES.iter().map(|(name, rule, _)| (*name, *rule))
}
