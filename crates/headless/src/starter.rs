//! The explorer's initial query: a part of everything that the token opens, so that a person's first query works. The
//! scopes are those that the fields declare.

use std::collections::HashSet;

use async_graphql::OutputType;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::registry::{MetaTypeName, Registry};
use latchkey_domain::ScopeSet;

use crate::access::Requirement;
use crate::schema::Query;

/// The query for a token that opens everything. A field that needs a scope is on its own line, with everything below
/// it.
const EVERYTHING: &str = include_str!("starter.graphql");

/// A query that a token with `scopes` may run, for people to read and change.
pub fn starter_query(scopes: ScopeSet) -> String {
    let mut registry = Registry::default();
    Query::create_type_info(&mut registry);
    let document = parse_query(EVERYTHING).expect("the starter query is GraphQL");
    let mut closed = HashSet::new();
    for (_, operation) in document.operations.iter() {
        let fields = &operation.node.selection_set.node;
        find_closed(&registry, "Query", fields, scopes, &mut closed);
    }
    let lines = EVERYTHING.lines().zip(1..);
    lines
        .filter(|(_, number)| !closed.contains(number))
        .flat_map(|(line, _)| [line, "\n"])
        .collect()
}

/// Adds the lines of fields that are closed to `scopes`.
fn find_closed(
    registry: &Registry,
    object: &str,
    fields: &SelectionSet,
    scopes: ScopeSet,
    lines: &mut HashSet<usize>,
) {
    for item in &fields.items {
        let Selection::Field(field) = &item.node else {
            continue;
        };
        let name = field.node.name.node.as_str();
        let declared = registry
            .types
            .get(object)
            .and_then(|object| object.field_by_name(name));
        let requirement = declared.and_then(Requirement::of);
        if !requirement.is_some_and(|requirement| requirement.is_met_by(scopes)) {
            lines.insert(field.pos.line);
        }
        if let Some(declared) = declared {
            let below = MetaTypeName::concrete_typename(&declared.ty);
            find_closed(registry, below, &field.node.selection_set.node, scopes, lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Scope;

    use super::*;

    #[test]
    fn a_token_gets_the_fields_that_it_opens() {
        assert_eq!(starter_query(ScopeSet::ALL), EVERYTHING);
        assert_eq!(
            starter_query(
                [Scope::ReadPosts, Scope::HostReadNetworkPlans]
                    .into_iter()
                    .collect()
            ),
            "{\n  me {\n    name\n    role\n    joinedAt\n    posts(first: 5) { totalCount nodes { title createdAt } }\n  }\n  \
             network {\n    name\n    slug\n    plans(first: 5) { nodes { name priceCents currency interval } }\n  }\n}\n"
        );
    }
}
