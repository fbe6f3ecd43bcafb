//! Validation errors about fields that do not exist.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Pos, ServerError};

/// Removes errors about the arguments of a field that does not exist: validation checks them against the arguments of
/// the previous field.
pub(crate) fn keep_first(errors: &mut Vec<ServerError>, document: &ExecutableDocument) {
    let unknown: HashSet<(usize, usize)> = errors
        .iter()
        .filter(|error| error.message.starts_with("Unknown field "))
        .flat_map(|error| error.locations.iter().map(key))
        .collect();
    if unknown.is_empty() {
        return;
    }
    let mut arguments = HashSet::new();
    let mut visit = |field: &Field, pos: &Pos| {
        if unknown.contains(&key(pos)) {
            for (name, value) in &field.arguments {
                arguments.extend([key(&name.pos), key(&value.pos)]);
            }
        }
    };
    let operations = document.operations.iter();
    let fragments = document.fragments.values();
    let sets = operations
        .map(|(_, operation)| &operation.node.selection_set.node)
        .chain(fragments.map(|fragment| &fragment.node.selection_set.node));
    for set in sets {
        each_field(set, &mut visit);
    }
    errors.retain(|error| !error.locations.iter().any(|pos| arguments.contains(&key(pos))));
}

const fn key(pos: &Pos) -> (usize, usize) {
    (pos.line, pos.column)
}

/// Visits all fields below a selection. The parser has limited its depth.
fn each_field(set: &SelectionSet, visit: &mut impl FnMut(&Field, &Pos)) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                visit(&field.node, &field.pos);
                each_field(&field.node.selection_set.node, visit);
            }
            Selection::InlineFragment(inline) => each_field(&inline.node.selection_set.node, visit),
            Selection::FragmentSpread(_) => {}
        }
    }
}
