//! The query that the explorer begins with: something of everything that a token opens, so that the first thing a person
//! sees works.

use latchkey_domain::{Scope, ScopeSet};

/// A query that a token with `scopes` may ask, for people to read and change.
pub fn starter_query(scopes: ScopeSet) -> String {
    let has = |scope: Scope| scopes.contains(scope);
    let mut me = vec!["name", "role", "joinedAt"];
    if has(Scope::ReadUserinfo) {
        me.insert(1, "email");
    }
    if has(Scope::ReadPosts) {
        me.push("posts(first: 5) { totalCount nodes { title createdAt } }");
    }
    if has(Scope::ReadCourses) {
        me.push("courses(first: 5) { nodes { title progress } }");
    }
    let mut network = vec!["name", "slug"];
    for (scope, part) in [
        (
            Scope::HostReadNetworkMembers,
            "members(first: 5, sort: DATE_JOINED) { totalCount nodes { firstName lastName email joinedAt } }",
        ),
        (
            Scope::HostReadNetworkSpaces,
            "spaces(first: 5) { totalCount nodes { name visibility } }",
        ),
        (
            Scope::HostReadNetworkEvents,
            "events(first: 5) { totalCount nodes { title startsAt } }",
        ),
        (
            Scope::HostReadNetworkPlans,
            "plans(first: 5) { nodes { name priceCents currency interval } }",
        ),
        (
            Scope::HostReadNetworkPosts,
            "posts(first: 5) { totalCount nodes { title author { name } } }",
        ),
    ] {
        if has(scope) {
            network.push(part);
        }
    }
    let mut query = format!("{{\n{}{}", block("me", &me), block("network", &network));
    if has(Scope::ReadSearch) {
        query.push_str("  search(query: \"welcome\", first: 5) {\n    nodes { type title snippet }\n  }\n");
    }
    query.push_str("}\n");
    query
}

fn block(name: &str, fields: &[&str]) -> String {
    format!("  {name} {{\n    {}\n  }}\n", fields.join("\n    "))
}
