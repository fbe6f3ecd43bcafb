//! The specified access to each field and object, written by hand and independent of the code under test. Anything in
//! the schema that is missing from these tables fails the test.

use latchkey_domain::ScopeSet;

/// The fields of every object. After `=` are the scopes of which a token needs one. A field without scopes is open to
/// every token that opens its object.
const FIELDS: &[(&str, &str)] = &[
    ("Query", "me network node search=read:search"),
    (
        "Mutation",
        "createPost=write:posts updatePost=write:posts deletePost=write:posts \
         createComment=write:comments updateComment=write:comments deleteComment=write:comments",
    ),
    (
        "Me",
        "id resourceId name firstName lastName email=read:userinfo role networkRole joinedAt \
         lastActiveAt=host:read:network_members avatarUrl posts=read:posts courses=read:courses",
    ),
    (
        "Network",
        "id resourceId name title url slug members=host:read:network_members member=host:read:network_members \
         memberByEmail=host:read:network_members events=host:read:network_events spaces=host:read:network_spaces \
         plans=host:read:network_plans posts=host:read:network_posts",
    ),
    (
        "Member",
        "id resourceId name firstName lastName avatarUrl email=host:read:network_members \
         role=host:read:network_members networkRole=host:read:network_members joinedAt=host:read:network_members lastActiveAt=host:read:network_members",
    ),
    (
        "Space",
        "id resourceId name slug description=host:read:network_spaces|read:search \
         visibility=host:read:network_spaces|read:search createdAt=host:read:network_spaces|read:search \
         memberCount=host:read:network_spaces posts=host:read:network_posts",
    ),
    (
        "Event",
        "id resourceId title description location startsAt endsAt createdAt space organizer",
    ),
    (
        "Plan",
        "id resourceId name description priceCents currency interval createdAt",
    ),
    (
        "Post",
        "id resourceId title body createdAt updatedAt space author \
         comments=host:read:network_posts|read:posts|read:search",
    ),
    (
        "Comment",
        "id resourceId body createdAt updatedAt author post=host:read:network_posts|read:posts|read:search",
    ),
    (
        "Course",
        "id resourceId title slug description createdAt lessonCount enrolledAt=read:courses \
         completedLessonCount=read:courses progress=read:courses completedAt=read:courses lessons=read:courses",
    ),
    (
        "Lesson",
        "id resourceId position title body minutes completed completedAt",
    ),
    ("SearchResult", "id resourceId type title snippet score"),
    ("PageInfo", "hasNextPage hasPreviousPage startCursor endCursor"),
    ("CreatePostPayload", "post errors"),
    ("UpdatePostPayload", "post errors"),
    ("DeletePostPayload", "deletedPostId errors"),
    ("CreateCommentPayload", "comment errors"),
    ("UpdateCommentPayload", "comment errors"),
    ("DeleteCommentPayload", "deletedCommentId errors"),
];

/// The fields of every list and of its edges.
const CONNECTION: &str = "nodes edges pageInfo totalCount";
const EDGE: &str = "cursor node";

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

/// The scopes that open objects with a global id. `None`: every token does.
pub(crate) type Rule = Option<&'static [(&'static str, Extent)]>;

const OBJECTS: &[(&str, Rule)] = &[
    ("Network", None),
    ("Member", Some(&[("host:read:network_members", Extent::All)])),
    (
        "Space",
        Some(&[
            ("host:read:network_spaces", Extent::All),
            ("read:search", Extent::Readable),
        ]),
    ),
    (
        "Event",
        Some(&[
            ("host:read:network_events", Extent::All),
            ("read:search", Extent::Readable),
        ]),
    ),
    ("Plan", Some(&[("host:read:network_plans", Extent::All)])),
    (
        "Post",
        Some(&[
            ("host:read:network_posts", Extent::All),
            ("read:search", Extent::Readable),
            ("read:posts", Extent::Own),
            ("write:posts", Extent::Written),
        ]),
    ),
    (
        "Comment",
        Some(&[
            ("host:read:network_posts", Extent::All),
            ("read:search", Extent::Readable),
            ("read:posts", Extent::Own),
            ("write:comments", Extent::Written),
        ]),
    ),
    (
        "Course",
        Some(&[("read:courses", Extent::Own), ("read:search", Extent::Own)]),
    ),
    ("Lesson", Some(&[("read:courses", Extent::Own)])),
];

/// Objects without a global id. The field above them decides their access.
const PLAIN: &[&str] = &[
    "Query",
    "Mutation",
    "Me",
    "SearchResult",
    "PageInfo",
    "CreatePostPayload",
    "UpdatePostPayload",
    "DeletePostPayload",
    "CreateCommentPayload",
    "UpdateCommentPayload",
    "DeleteCommentPayload",
];

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
        _ => FIELDS
            .iter()
            .find_map(|(name, fields)| (*name == object).then_some(*fields))
            .unwrap_or_else(|| panic!("nothing is expected of the type {object}: add it")),
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

/// The scopes that open an object; `None` if its type has no global ids.
pub(crate) fn rule(object: &str) -> Option<Rule> {
    let rule = OBJECTS
        .iter()
        .find_map(|(name, rule)| (*name == object).then_some(*rule));
    assert!(
        rule.is_some() || PLAIN.contains(&object) || is_list(object),
        "nothing is expected of objects of the type {object}: add them"
    );
    rule
}

/// The types that the tables name.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(name, _)| *name)
}
